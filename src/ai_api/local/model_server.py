"""The small local model as a program: `python -m ai_api.local.model_server --model FILE --port P --threads N`.

It serves SmolLM2-135M-Instruct through llama.cpp's HTTP server on 127.0.0.1 until its standard input ends, which happens
when whoever started it is gone, however it went. The first line of that input is the key callers must show.

How that server behaves (seen with xllamacpp 2026.10; about 140 tokens a second and 0.5 GB on two cores):

- It calls itself what `MODEL_NAME` says, in `/v1/models` and in every answer; the request's `model` is ignored.
- Works, whole and streamed: `/v1/chat/completions`, `/v1/completions`, `/v1/responses`, `/v1/messages`; also
  `/v1/messages/count_tokens`. Not: `/v1/embeddings` (501), `GET /v1/responses/ID` (404), `previous_response_id` (400),
  images (500).
- The key is wanted as `Authorization: Bearer` or `x-api-key` (401 without) everywhere but on `/health`, which says 503
  while the model loads.
- Every whole answer has its usage. A chat stream has it only when asked with `stream_options.include_usage`, in a last
  chunk without choices, and ends with `[DONE]`. A responses stream has it in `response.completed`, has no `[DONE]` and
  no sequence numbers, and calls itself completed also when the token limit cut it. Cached input tokens are reported.
- Unknown fields are ignored. Tools are accepted and almost never called, even when required; JSON schemas are enforced.
- Each call may use 8192 tokens of context; a longer prompt is a 400 of type `exceed_context_size_error`, on a stream too.
  Two calls run at once and share the processor, more wait their turn. A caller that hangs up stops the work.
"""

import argparse
import os
import sys
from collections.abc import Sequence

import xllamacpp

MODEL_NAME = "smollm2-135m-instruct"

_CALLS_AT_ONCE = 2
CONTEXT_TOKENS = 8192
"""What the model was trained for. Each call has its own: sharing one makes every open call fail when it fills up."""
_OUTPUT_TOKENS_DEFAULT = 1024
"""So small a model rambles; without a limit of the caller's own a call would hold its place for a minute."""
_ERRORS_ONLY = 1


def main(arguments: Sequence[str]) -> None:
    """Serves until standard input ends. A server that cannot load or listen ends the program with its own words."""
    parser = argparse.ArgumentParser(prog="model_server")
    parser.add_argument("--model", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    chosen = parser.parse_args(arguments)
    api_key = sys.stdin.readline().strip()
    if not api_key:
        parser.error("the first line of standard input must be the key that callers show")
    server = xllamacpp.Server(_parameters(chosen.model, chosen.port, chosen.threads, api_key))
    if server.listening_address is None:
        sys.exit("the server did not start to listen")
    while sys.stdin.readline():
        pass
    os._exit(0)  # the server's own threads would finish what they are writing first; nobody is left to read it


def _parameters(model: str, port: int, threads: int, api_key: str) -> "xllamacpp.CommonParams":
    parameters = xllamacpp.CommonParams()
    parameters.model.path = model
    parameters.model_alias = {MODEL_NAME}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = port
    parameters.api_keys = [api_key]
    # Any web page could otherwise have its visitors' browsers call it and read what others asked.
    parameters.cors_origins = ""
    parameters.endpoint_slots = False
    parameters.ui = False
    parameters.offline = True
    parameters.n_ctx = CONTEXT_TOKENS * _CALLS_AT_ONCE
    parameters.n_parallel = _CALLS_AT_ONCE
    parameters.n_predict = _OUTPUT_TOKENS_DEFAULT
    parameters.cpuparams.n_threads = threads
    parameters.n_gpu_layers = 0
    parameters.fit_params = False
    parameters.cache_ram_mib = 0  # its own limit would be 8 GB of old prompts
    parameters.verbosity = _ERRORS_ONLY
    return parameters


if __name__ == "__main__":
    main(sys.argv[1:])
