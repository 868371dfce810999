import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { DescribeVolumesCommand } from "@aws-sdk/client-ec2";
import { expect, test } from "vitest";
import type { Capability, NodeId, VolumeId } from "../../src/backend/backend.ts";
import { awsPatience } from "../../src/backend/ebs/context.ts";
import { inOurWords } from "../../src/backend/ebs/ec2-error.ts";
import { looksAt } from "../../src/backend/ebs/looks.ts";
import { sdkEc2 } from "../../src/backend/ebs/sdk.ts";
import { statusOf } from "../../src/csi/status.ts";
import { makeSimulator } from "../ec2/support/simulator.ts";
import { stepsWith } from "../ec2/support/steps.ts";
import { credentials, instanceId, makeEbsBefore } from "../support/ebs-backend.ts";
import { eventually } from "../support/eventually.ts";

const never = new AbortController().signal;

test("an attachment that never gets done is taken back, and the next call attaches once", async () => {
  await using simulator = await makeSimulator({ profile: "fast" });
  const { backend } = await makeEbsBefore(simulator, { ...awsPatience, attachingMs: 300 });
  const volume = (await stepsWith(simulator.client, "").make()) as VolumeId;
  const capability: Capability = { access: { kind: "block" }, mode: "SINGLE_NODE_WRITER" };
  const wish = { volume, node: instanceId as NodeId, capability, readOnly: false };
  const attach = () => backend.attachments?.attach(wish, never);

  const { faults } = simulator.ec2;
  const stuck = faults.add({ kind: "stuck-attaching" });
  const detachments = faults.add({ kind: "slow", action: "DetachVolume", delayMs: 0 });
  const refusal = statusOf(await attach()?.catch((error: unknown) => error));
  expect(refusal).toMatchObject({ code: "ABORTED", message: expect.stringMatching(/stuck in attaching.*taken back/) });
  expect(faults.list().find(({ id }) => id === detachments.id)?.fired).toBe(1);

  faults.clear(stuck.id);
  const { devicePath } = (await eventually(attach)) ?? {};
  const { Volumes = [] } = await simulator.client.send(new DescribeVolumesCommand({ VolumeIds: [volume] }));
  expect(Volumes[0]?.Attachments).toMatchObject([{ InstanceId: instanceId, State: "attached", Device: devicePath }]);
});

/** Before EC2: takes what comes and says nothing, until it may speak. */
async function muteBefore(url: string) {
  const state = { maySpeak: false, heard: 0 };
  const server = createServer((request, response) => {
    state.heard += 1;
    if (!state.maySpeak) return;
    const onward = httpRequest(url, { method: "POST", headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    state,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

test("an EC2 that takes a question and never answers it fails that one, and the next is answered", async () => {
  await using simulator = await makeSimulator({ profile: "fast" });
  const id = await stepsWith(simulator.client, "").make();
  using mute = await muteBefore(simulator.url);
  Object.assign(process.env, credentials);
  const silence = { toQuestionsMs: 200, toChangesMs: 200 };
  const ec2 = sdkEc2({ region: "us-east-1", endpoint: mute.url }, silence);
  const looks = looksAt(ec2);

  const lost = [
    looks.volume(id, never),
    looks.instance(instanceId, never),
    ec2.call("DeleteVolume", { VolumeId: id }, never),
  ].map((call) => call.catch((error: unknown) => statusOf(inOurWords(error)).code));
  expect(await Promise.all(lost)).toEqual(["UNAVAILABLE", "UNAVAILABLE", "UNAVAILABLE"]);
  expect(mute.state.heard).toBe(3 * 5);

  mute.state.maySpeak = true;
  expect(await eventually(() => looks.volume(id, never))).toMatchObject({ VolumeId: id, State: "available" });
});

test("a throttled ModifyVolume leaves AttachVolume alone", async () => {
  await using simulator = await makeSimulator({ profile: "fast" });
  simulator.ec2.faults.add({ kind: "throttle", action: "ModifyVolume" });
  Object.assign(process.env, credentials);
  const ec2 = sdkEc2({ region: "us-east-1", endpoint: simulator.url });
  const given = new AbortController();
  let ended = 0;
  const throttled = Array.from({ length: 5 }, async () => {
    const call = ec2.call("ModifyVolume", { VolumeId: "vol-00000000000000000", Size: 2 }, given.signal);
    await call.catch(() => {});
    ended += 1;
  });
  await eventually(() => expect(simulator.ec2.faults.list()[0]?.fired).toBeGreaterThan(5));
  const input = { VolumeId: "vol-00000000000000000", InstanceId: instanceId, Device: "/dev/xvdba" };
  for (let index = 0; index < 20; index += 1)
    expect(await ec2.call("AttachVolume", input, never).catch(({ code }) => code)).toBe("InvalidVolume.NotFound");
  expect(ended).toBe(0);
  given.abort();
  await Promise.all(throttled);
});
