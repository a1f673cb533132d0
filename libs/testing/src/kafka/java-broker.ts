import { execFile, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { freePorts } from "@kehu/database/embedded";
import { KAFKA_VERSION, SETTINGS, START_LIMIT, type Broker } from "./broker.ts";

const run = promisify(execFile);

const CACHE = join(homedir(), ".cache", "kehu", `kafka-${KAFKA_VERSION}`);
const JARS = join(CACHE, "jars");
const FLAGS = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
const CLASS_PATH = ["-cp", [join(JARS, "*")].join(delimiter)];
const CLUSTER_ID = "a2VodS10ZXN0LWNsdXN0ZQ";

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>kehu</groupId><artifactId>test-broker</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA_VERSION}</version>
  </dependency></dependencies>
</project>
`;

const answers = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;

/** Whether brokers can run here: Java, and either the jars or Maven to get them. */
export function hasJava(): boolean {
  return answers("java", "-version") && (existsSync(JARS) || answers("mvn", "-version"));
}

/** Gets the jars from Maven Central, once per machine. Several at once do no harm. */
async function ensureJars(): Promise<void> {
  if (existsSync(JARS)) return;
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, "getting-"));
  await writeFile(join(folder, "pom.xml"), POM);
  await run("mvn", ["-q", "-B", "dependency:copy-dependencies", `-DoutputDirectory=${join(folder, "jars")}`], {
    cwd: folder,
  });
  await rename(join(folder, "jars"), JARS).catch((error: unknown) => {
    if (!existsSync(JARS)) throw error;
  });
  await rm(folder, { recursive: true, force: true });
}

/** Kafka from its Maven artifact: broker and controller in one JVM, ready after about 2 s. */
export class JavaBroker implements Broker {
  readonly address: string;
  readonly #folder: string;
  #java: ChildProcess | null = null;

  private constructor(address: string, folder: string) {
    this.address = address;
    this.#folder = folder;
  }

  /** Makes an empty broker; it is not started yet. */
  static async create(): Promise<JavaBroker> {
    await ensureJars();
    const [port, controller] = await freePorts(2);
    const folder = await mkdtemp(join(tmpdir(), "kehu-kafka-"));
    const settings = {
      ...SETTINGS,
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
      "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
      "controller.quorum.voters": `1@127.0.0.1:${controller}`,
      "log.dirs": join(folder, "data"),
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
    await writeFile(join(folder, "server.properties"), lines.join("\n"));
    const format = ["kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", join(folder, "server.properties")];
    await run("java", [...CLASS_PATH, ...format]);
    return new JavaBroker(`127.0.0.1:${port}`, folder);
  }

  async start(): Promise<void> {
    const args = [...FLAGS, ...CLASS_PATH, "kafka.Kafka", join(this.#folder, "server.properties")];
    const java = spawn("java", args, { stdio: "ignore" });
    this.#java = java;
    const kill = () => java.kill("SIGKILL");
    process.once("exit", kill);
    java.once("exit", () => process.off("exit", kill));
    for (const deadline = Date.now() + START_LIMIT; !(await this.#answers()); await wait(50)) {
      if (java.exitCode !== null || Date.now() > deadline) throw new Error(`Kafka did not start: ${args.join(" ")}`);
    }
  }

  async kill(): Promise<void> {
    const java = this.#java;
    this.#java = null;
    if (!java || java.exitCode !== null || java.signalCode !== null) return;
    const exit = once(java, "exit");
    java.kill("SIGKILL");
    await exit;
  }

  #answers(): Promise<boolean> {
    const [host, port] = this.address.split(":");
    return new Promise((resolve) => {
      const socket = connect(Number(port), host, () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
