"""Writes hparams.bin with TensorBoard's own writers (tensorboard 2.20.0):

.cache/tensorboard/bin/python test/report/golden/make-hparams.py test/report/golden/hparams.bin
"""

import sys

from tensorboard.compat.proto import event_pb2
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2, summary_v2
from tensorboard.summary.writer.record_writer import RecordWriter

# a setting each: the messages of several have no order of their own
started = [{"learningRate": 0.001}, {"model": "BNN_é"}, {"prior.fanIn": True}, {"data.flips": False}]
summaries = [summary_v2.hparams_pb(one, trial_id="", start_time_secs=1700000000.5) for one in started]
end = plugin_data_pb2.SessionEndInfo(status=api_pb2.STATUS_SUCCESS, end_time_secs=1700000001.5)
summaries.append(
    summary_v2._summary_pb(metadata.SESSION_END_INFO_TAG, plugin_data_pb2.HParamsPluginData(session_end_info=end))
)
with open(sys.argv[1], "wb") as file:
    writer = RecordWriter(file)
    for summary in summaries:
        writer.write(event_pb2.Event(wall_time=1700000002.0, summary=summary).SerializeToString(deterministic=True))
