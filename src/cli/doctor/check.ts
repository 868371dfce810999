/** One thing that must be so for volumes to work, and what to do where it is not. */
export interface Check {
  readonly name: string;
  /** What is checked, as a sentence that is true when all is well. */
  readonly claim: string;
  /** What of the patient must be named, or there is nothing to look at. */
  readonly needs?: keyof Patient;
  /** Undefined when the claim holds. */
  readonly examine: (patient: Patient) => Promise<Diagnosis | undefined>;
}

export interface Diagnosis {
  readonly cause: string;
  readonly remedy: string;
  /** Works, but less well than it could. */
  readonly mild?: true;
}

/** What the doctor looks at. */
export interface Patient {
  readonly pool: string | undefined;
  readonly kubeletDir: string | undefined;
}
