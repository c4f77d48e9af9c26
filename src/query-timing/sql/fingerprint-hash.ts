/**
 * A hash of a fingerprint in sixteen hexadecimal digits: short enough to search for, and the same in every process. It
 * joins two FNV-1a hashes with different seeds, so a collision is practically impossible.
 */
export function fingerprintHash(fingerprint: string): string {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < fingerprint.length; i++) {
    const c = fingerprint.charCodeAt(i);
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul(b ^ c, 0x85ebca6b);
  }
  return hex(a) + hex(b ^ (b >>> 16));
}

function hex(hash: number): string {
  return (hash >>> 0).toString(16).padStart(8, '0');
}
