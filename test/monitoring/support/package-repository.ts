import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';

export interface PackageDescription {
  readonly name: string;
  readonly depends?: string;
}

/** A repository of Debian packages on loopback. Each package contains one program with the name of the package. */
export class PackageRepository {
  /** File names of the packages that were requested. */
  readonly downloads: string[] = [];
  /** If set, a download stops after its first byte. */
  stalls = false;
  private onStall: () => void = () => undefined;
  private server!: Server;

  constructor(private readonly directory: string) {}

  /**
   * Every release has the same packages.
   * @returns the path of an APT_CONFIG file with this repository only, for the release of this machine
   */
  async serve(packages: readonly PackageDescription[]): Promise<string> {
    writeFileSync(join(this.directory, 'Packages'), packages.map((one) => this.build(one)).join('\n'));
    this.server = createServer((request, response) => {
      const name = basename(request.url ?? '');
      const isPackage = name.endsWith('.deb');
      if (isPackage) this.downloads.push(name);
      const content = readIfPresent(join(this.directory, name));
      if (!content) return response.writeHead(404).end();
      response.writeHead(200, { 'content-length': content.length });
      if (!isPackage || !this.stalls) return response.end(content);
      response.write(content.subarray(0, 1));
      this.onStall();
    });
    await new Promise<void>((ready) => this.server.listen(0, '127.0.0.1', ready));
    const { port } = this.server.address() as AddressInfo;
    const sources = join(this.directory, 'sources.list');
    writeFileSync(sources, `deb [trusted=yes] http://127.0.0.1:${port}/ ${ownRelease()} main\n`);
    const config = join(this.directory, 'apt.conf');
    writeFileSync(
      config,
      `Dir::Etc::sourcelist "${sources}";\nDir::Etc::sourceparts "-";\nAcquire::http::Proxy::127.0.0.1 "DIRECT";\n` +
        // It is not signed.
        'Acquire::AllowInsecureRepositories "true";\nAPT::Get::AllowUnauthenticated "true";\n',
    );
    return config;
  }

  stalled(): Promise<void> {
    return new Promise((resolve) => (this.onStall = resolve));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  /** @returns the package's paragraph of the index */
  private build({ name, depends }: PackageDescription): string {
    const root = join(this.directory, name);
    mkdirSync(join(root, 'DEBIAN'), { recursive: true });
    mkdirSync(join(root, 'usr/bin'), { recursive: true });
    writeFileSync(join(root, 'usr/bin', name), `#!/bin/sh\necho "${name} runs"\n`, { mode: 0o755 });
    const control = [
      `Package: ${name}`,
      'Version: 1.0',
      'Architecture: all',
      'Maintainer: Test <test@localhost>',
      'Description: for a test',
      ...(depends ? [`Depends: ${depends}`] : []),
    ];
    writeFileSync(join(root, 'DEBIAN/control'), `${control.join('\n')}\n`);
    const file = `${name}_1.0_all.deb`;
    execFileSync('dpkg-deb', ['--root-owner-group', '--build', root, join(this.directory, file)]);
    const content = readFileSync(join(this.directory, file));
    const hash = createHash('sha256').update(content).digest('hex');
    return `${[...control, `Filename: ./${file}`, `Size: ${content.length}`, `SHA256: ${hash}`].join('\n')}\n`;
  }
}

const ownRelease = (): string =>
  /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';

function readIfPresent(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
