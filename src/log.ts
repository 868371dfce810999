import pino from "pino";

export type Log = pino.Logger;

/** JSON lines on standard output; `secrets` of requests never get here, they are redacted where calls are logged. */
export const makeLog = (level: string): Log => pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });

export const silentLog = (): Log => pino({ level: "silent" });
