/**
 * What the HPARAMS tab of TensorBoard reads: with which settings a run began, and that it came to its end
 * (tensorboard/plugins/hparams/plugin_data.proto).
 *
 * No Experiment is written. TensorBoard takes the first that it finds in any run for all of them, with that run's settings
 * and bounds; where there is none it gathers the settings and figures of all runs, and says which settings differ.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { FlatSettings } from '../run/flat-settings.ts';
import type { SummaryValue } from './event.ts';

const plugin = 'hparams';

/** SessionStartInfo. Without a name of a group each run is one of its own. */
export function sessionStart(settings: FlatSettings, startedAt: number): SummaryValue {
  const writer = new BinaryWriter();
  writer.tag(3, WireType.LengthDelimited).fork();
  for (const [name, value] of Object.entries(settings)) {
    writer.tag(1, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string(name);
    // google.protobuf.Value
    writer.tag(2, WireType.LengthDelimited).fork();
    if (typeof value === 'number') writer.tag(2, WireType.Bit64).double(value);
    else if (typeof value === 'string') writer.tag(3, WireType.LengthDelimited).string(value);
    else writer.tag(4, WireType.Varint).bool(value);
    writer.join().join();
  }
  writer.tag(5, WireType.Bit64).double(startedAt).join();
  return { tag: '_hparams_/session_start_info', plugin, content: writer.finish() };
}

/** SessionEndInfo, STATUS_SUCCESS. The first that is read stays: a run that may go on must have none. */
export function sessionEnd(endedAt: number): SummaryValue {
  const writer = new BinaryWriter();
  writer.tag(4, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int32(1);
  writer.tag(2, WireType.Bit64).double(endedAt).join();
  return { tag: '_hparams_/session_end_info', plugin, content: writer.finish() };
}
