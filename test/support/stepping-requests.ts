import { EC2Client } from "@aws-sdk/client-ec2";
import { reach, reachedSoFar } from "./stepping.ts";

type Send = (command: object, options?: object) => Promise<unknown>;

/** From here on each request that the SDK sends to EC2 is a point, and so is its answer. */
export function reachWithEachRequest(): void {
  const prototype = EC2Client.prototype as unknown as { send: Send };
  const { send } = prototype;
  prototype.send = async function (command, options) {
    const action = command.constructor.name.replace(/Command$/, "");
    if (action.startsWith("Describe")) {
      if (!isAskedSinceChange(action)) reach(`before ${action}`);
      return send.call(this, command, options);
    }
    reach(`before ${action}`);
    const answer = await send.call(this, command, options);
    reach(`after ${action}`);
    return answer;
  };
}

/**
 * A question changes nothing, so its answer is no point of its own; and how often the same one is asked until something
 * has happened is chance, so that only the first time counts.
 */
function isAskedSinceChange(action: string): boolean {
  const reached = reachedSoFar();
  const last = reached.findLastIndex((point) => !point.startsWith("before Describe"));
  return reached.includes(`before ${action}`, last + 1);
}
