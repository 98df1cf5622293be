/**
 * The few messages of tensorflow/core/util/event.proto and framework/summary.proto that a run writes, in terms of the
 * protobuf runtime's own writer: small messages that have not changed for years need no compiler in the build.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Histogram } from './histogram.ts';

export type SummaryValue =
  | { readonly tag: string; readonly scalar: number }
  | { readonly tag: string; readonly histogram: Histogram }
  /** what only a plugin of TensorBoard reads: a message of its own, in SummaryMetadata.PluginData */
  | { readonly tag: string; readonly plugin: string; readonly content: Uint8Array };

export type EventContent =
  | { readonly fileVersion: string }
  /** a start of the run: TensorBoard drops what earlier files say of this step and later ones */
  | { readonly sessionStart: true }
  | { readonly values: readonly SummaryValue[] };

/**
 * @param wallTime seconds since the epoch
 * @param step the event's step; 0 where it has none
 */
export function encodeEvent(wallTime: number, step: number, content: EventContent): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Bit64).double(wallTime);
  if (step !== 0) writer.tag(2, WireType.Varint).int64(step);
  if ('fileVersion' in content) writer.tag(3, WireType.LengthDelimited).string(content.fileVersion);
  else if ('values' in content) writeSummary(writer, content.values);
  else writer.tag(7, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int32(1).join();
  return writer.finish();
}

function writeSummary(writer: BinaryWriter, values: readonly SummaryValue[]): void {
  writer.tag(5, WireType.LengthDelimited).fork();
  for (const value of values) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(value.tag);
    // Rounded first: the writer refuses finite numbers beyond float32, which are infinities there.
    if ('scalar' in value) writer.tag(2, WireType.Bit32).float(Math.fround(value.scalar));
    else if ('plugin' in value) writePluginData(writer, value.plugin, value.content);
    else writeHistogram(writer.tag(5, WireType.LengthDelimited).fork(), value.histogram).join();
    writer.join();
  }
  writer.join();
}

/** A tensor belongs to every value; of what has none, one of no float32 (dtype 1, shape [0]). */
function writePluginData(writer: BinaryWriter, plugin: string, content: Uint8Array): void {
  writer.tag(8, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int32(1);
  writer.tag(2, WireType.LengthDelimited).fork().tag(2, WireType.LengthDelimited).fork().join().join().join();
  writer.tag(9, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(plugin);
  writer.tag(2, WireType.LengthDelimited).bytes(content);
  writer.join().join();
}

function writeHistogram(writer: BinaryWriter, histogram: Histogram): BinaryWriter {
  const { min, max, count, sum, sumOfSquares, limits, counts } = histogram;
  for (const [i, number] of [min, max, count, sum, sumOfSquares].entries()) {
    writer.tag(i + 1, WireType.Bit64).double(number);
  }
  for (const [i, numbers] of [limits, counts].entries()) {
    writer.tag(i + 6, WireType.LengthDelimited).fork();
    for (const number of numbers) writer.double(number);
    writer.join();
  }
  return writer;
}
