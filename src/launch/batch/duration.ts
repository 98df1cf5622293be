const longest = 366 * 86_400;

/**
 * The seconds of a time limit: `H:MM:SS`, `D-HH:MM:SS`, minutes (`90`), or with units (`1d`, `2h`, `1h30m`, `45m`). Two
 * numbers, `1:30`, are minutes to Slurm and hours to LSF: refused.
 * @returns null for anything else, for no time at all, and for more than a year
 */
export function parseDuration(text: string): number | null {
  const seconds = clock(text) ?? units(text);
  return seconds !== null && seconds >= 1 && seconds <= longest ? seconds : null;
}

function clock(text: string): number | null {
  const [whole, days = '0', hours, minutes, seconds] =
    /^(?:(\d{1,3})-)?(\d{1,4}):([0-5]\d):([0-5]\d)$/.exec(text) ?? [];
  if (whole === undefined) return null;
  return Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

function units(text: string): number | null {
  if (/^\d{1,6}$/.test(text)) return Number(text) * 60;
  const [whole, days = '0', hours = '0', minutes = '0'] =
    /^(?:(\d{1,3})d)?(?:(\d{1,4})h)?(?:(\d{1,6})m)?$/.exec(text) ?? [];
  if (!whole) return null;
  return Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60;
}

/** `HH:MM:SS`, hours beyond 24 included: what PBS, Cobalt and Slurm all read. */
export function clockOf(seconds: number): string {
  const two = (value: number): string => `${Math.floor(value)}`.padStart(2, '0');
  return `${two(seconds / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
}

/** Whole minutes, at least one, no less than was asked for. */
export function minutesOf(seconds: number): number {
  return Math.ceil(seconds / 60);
}
