/** What a pool is called by who uses it: a word that needs no quotes in a flag, a class or a metric. */
export const isPoolName = (text: string): boolean => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text);

export const poolNameRule = "at most 63 lower-case letters, digits and dashes";
