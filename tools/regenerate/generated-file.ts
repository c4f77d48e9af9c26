/** A file, or a part of one, that is made from code. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/** Makes some of them. It reads what is there when it makes a part only. */
export type Generator = () => readonly GeneratedFile[];
