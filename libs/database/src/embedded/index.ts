export { EmbeddedCluster, reachableFolder, type ClusterOptions } from "./cluster.ts";
export { freePorts, isFree } from "./ports.ts";
export { end, isAlive, processes, signal, type RunningProcess } from "./processes.ts";
