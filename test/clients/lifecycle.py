"""The life of a volume with boto3: its waiters and paginators wait for the states that the simulator shows.

Usage: lifecycle.py URL INSTANCE ZONE. Prints one line of JSON for each step; a step that goes wrong ends it.
"""
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

url, instance, zone = sys.argv[1:4]
ec2 = boto3.client(
    "ec2",
    endpoint_url=url,
    region_name=zone[:-1],
    aws_access_key_id="AKIDEXAMPLE",
    aws_secret_access_key="example",
    config=Config(retries={"max_attempts": 1}),
)
quick = {"Delay": 1, "MaxAttempts": 20}


def say(step, **found):
    print(json.dumps({"step": step, **found}), flush=True)


def refusal(work):
    try:
        work()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "none"


tags = [{"ResourceType": "volume", "Tags": [{"Key": "Name", "Value": "boto"}]}]
volume = ec2.create_volume(AvailabilityZone=zone, Size=1, VolumeType="gp3", TagSpecifications=tags)["VolumeId"]
ec2.get_waiter("volume_available").wait(VolumeIds=[volume], WaiterConfig=quick)
say("create", iops=ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["Iops"])

ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/xvdba")
ec2.get_waiter("volume_in_use").wait(VolumeIds=[volume], WaiterConfig=quick)
say("attach", delete=refusal(lambda: ec2.delete_volume(VolumeId=volume)))

modification = ec2.modify_volume(VolumeId=volume, Size=2)["VolumeModification"]
say("modify", size=modification["TargetSize"], state=modification["ModificationState"])

snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot], WaiterConfig=quick)
say("snapshot", progress=ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"][0]["Progress"])

ec2.detach_volume(VolumeId=volume)
ec2.get_waiter("volume_available").wait(VolumeIds=[volume], WaiterConfig=quick)
say("detach", dry_run=refusal(lambda: ec2.delete_volume(VolumeId=volume, DryRun=True)))

restored = ec2.create_volume(AvailabilityZone=zone, SnapshotId=snapshot, VolumeType="gp3")["VolumeId"]
ec2.get_waiter("volume_available").wait(VolumeIds=[restored], WaiterConfig=quick)
say("restore", source=ec2.describe_volumes(VolumeIds=[restored])["Volumes"][0]["SnapshotId"] == snapshot)

made = {volume, restored} | {
    ec2.create_volume(AvailabilityZone=zone, Size=1, VolumeType="gp3")["VolumeId"] for _ in range(10)
}
pages = list(ec2.get_paginator("describe_volumes").paginate(PaginationConfig={"PageSize": 5}))
found = {one["VolumeId"] for page in pages for one in page["Volumes"]}
say("pages", pages=len(pages), all=found == made)

named = ec2.describe_volumes(Filters=[{"Name": "tag:Name", "Values": ["bo*"]}])["Volumes"]
say("filter", found=[one["VolumeId"] for one in named] == [volume])

ec2.get_waiter("volume_available").wait(VolumeIds=sorted(made), WaiterConfig=quick)
for one in made:
    ec2.delete_volume(VolumeId=one)
ec2.get_waiter("volume_deleted").wait(VolumeIds=[volume], WaiterConfig=quick)
ec2.delete_snapshot(SnapshotId=snapshot)
say("delete", again=refusal(lambda: ec2.delete_volume(VolumeId=volume)))
