// A Celeborn shuffle service for an existing cluster.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as spark from "@pulumi/spark-on-ack";

const config = new pulumi.Config();
const context = config.require("context");
const cluster = new kubernetes.Provider("cluster", { context, clusterIdentifier: context });

const shuffle = new spark.ShuffleService(
    "shuffle",
    {
        pods: "plain", // eci, virtual-node or acs on Alibaba Cloud
        workersReplicas: config.getNumber("workers") ?? 3,
        workersDiskGib: 100,
        disksStorageClass: "standard", // leave it out on Alibaba Cloud, for encrypted ESSDs
        zoneSpread: false,
    },
    { providers: { kubernetes: cluster } },
);

export const endpoints = shuffle.endpoints;
export const sparkConf = shuffle.sparkConf;
export const commands = shuffle.commands;
