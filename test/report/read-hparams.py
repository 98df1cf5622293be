"""Reads the runs below a folder with the HParams plugin's own code, as TensorBoard's HPARAMS tab asks for them:

    .cache/tensorboard/bin/python test/report/read-hparams.py LOGDIR

Prints the experiment that the plugin makes of them and a row for each run, as JSON.
"""

import json
import sys

from google.protobuf import json_format
from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
from tensorboard.context import RequestContext
from tensorboard.plugins import base_plugin
from tensorboard.plugins.hparams import api_pb2, backend_context, get_experiment, list_session_groups

logdir = sys.argv[1]
multiplexer = plugin_event_multiplexer.EventMultiplexer().AddRunsFromDirectory(logdir)
multiplexer.Reload()
provider = data_provider.MultiplexerDataProvider(multiplexer, logdir)
context = backend_context.Context(base_plugin.TBContext(data_provider=provider))
every = api_pb2.ListSessionGroupsRequest(
    allowed_statuses=[api_pb2.STATUS_UNKNOWN, api_pb2.STATUS_SUCCESS, api_pb2.STATUS_FAILURE, api_pb2.STATUS_RUNNING],
    slice_size=100,
)


def answer(handler, request):
    return json_format.MessageToDict(handler.Handler(RequestContext(), context, "", request).run())


print(
    json.dumps(
        {
            "experiment": answer(get_experiment, api_pb2.GetExperimentRequest()),
            "groups": answer(list_session_groups, every),
        }
    )
)
