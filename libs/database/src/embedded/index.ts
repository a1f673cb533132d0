export { EmbeddedCluster, reachableFolder, type ClusterOptions } from "./cluster.ts";
export { freePorts, isFree, PORTS, type PortRange } from "./ports.ts";
export { end, isAlive, processes, signal, startOf, type RunningProcess } from "./processes.ts";
