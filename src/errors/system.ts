/** The operating system's code of a failed call (`ENOSPC`), or null for an error that did not come from there. */
export function systemCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: 'Free some space on that disk',
  EDQUOT: 'Free some of your quota on that disk',
  EACCES: 'Choose a folder that you may write to',
  EPERM: 'Choose a folder that you may write to',
  EROFS: 'Choose a folder that you may write to',
  ENOTDIR: 'Choose a path whose parents are folders',
  EEXIST: 'Choose a path that is not a file',
  EISDIR: 'Choose a path that is not a folder',
  ENOENT: 'Make its folder first, or choose another one',
  ENAMETOOLONG: 'Choose a shorter name',
  ELOOP: 'Choose a path without links that lead to themselves',
  EMFILE: 'Raise the limit on open files: ulimit -n',
  ENFILE: 'Close other programs: the machine has too many files open',
  ENOTFILE: 'Put the file itself there, or remove it',
  EFBIG: 'It is not what credence wrote there: put that back, or remove it',
  EIO: 'Check the disk',
};

/** What a failed call says to the user: the system's words, what to do, and the error itself: an ErrorDetail. */
export function describeFailure(error: unknown): {
  readonly got: string;
  readonly remedy: string;
  readonly cause: unknown;
} {
  const message = error instanceof Error ? error.message : String(error);
  const [got = message] = message.split('\n', 1);
  return { got, remedy: remedies[systemCode(error) ?? ''] ?? 'Check the path and the disk', cause: error };
}
