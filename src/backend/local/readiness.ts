import type { Pool } from "../../pool/pool.ts";
import type { Backend } from "../backend.ts";

/** Neither waits nor guesses: false until the pool is read, and an error where it could not be. */
export function readinessOf({ loaded }: Pool): Backend["ready"] {
  let state: boolean | { readonly error: unknown } = false;
  loaded.then(
    () => {
      state = true;
    },
    (error: unknown) => {
      state = { error };
    },
  );
  return async () => {
    if (typeof state === "object") throw state.error;
    return state;
  };
}
