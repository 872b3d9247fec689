"""Requests and answers of every dialect as careful and careless programs write them: what a gateway could lose without noticing.

Fields nobody knows, odd white space, escapes nobody needed, numbers that a float cannot hold or would spell in another way,
a key twice below the top, comments, ends of lines of both kinds, events of next year. `@MODEL@` is the provider's name of the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_VALUES = r"""[ 1.0 ,-0,-0.0, 1E+2,1e-7 , 0.10,12345678901234567890123 , 9007199254740993,1.7976931348623157e308,
	{"b":1,"a" : 2,"b": 3 , "":null,"model":"another"},"\u00E9\/\"\\\b\f \ud83d\ude00 é 😀 \u2028 </script>",[ ] ,{ },true,  false, null ]"""
VALUES = _VALUES.encode()
"""One value with everything in it that another program could spell in another way."""

Members = tuple[tuple[bytes, bytes], ...]
"""The top of a request: names and values as they are written."""

_UNKNOWN: Members = (("x_später".encode(), VALUES), (b"api_revision", b"2.50"), (b"messages_", b'{"messages":[ ]}'))
_TOOL = b"""{"type":"function", "function":{"name":"f","strict":true,"parameters":{"type":"object","properties":{"z":{ },"a":{"const":1.0}}}}}"""

REQUESTS: Mapping[str, Members] = MappingProxyType(
    {
        "chat": (
            (b"messages", b'[ {"role":"user","content":"h\\u00e9 \\/","x":1.0},{"content":[],"role":"assistant"} ]'),
            (b"temperature", b"0.70"),
            (b"seed", b"12345678901234567890123"),
            (b"logit_bias", b'{"1":1e2,"1":-0}'),
            (b"tools", b"[" + _TOOL + b"]"),
            *_UNKNOWN,
        ),
        "responses": (
            (b"store", b"false"),
            (b"input", b'[ {"role":"user","content":"h\\u00e9 \\/","x":1.0} ]'),
            (b"reasoning", b'{"effort":"low", "summary":null,"later":1.0}'),
            (b"include", b'["reasoning.encrypted_content" ]'),
            (b"metadata", b'{"b":"1","a":"2"}'),
            *_UNKNOWN,
        ),
        "messages": (
            (b"max_tokens", b"100"),
            (b"system", b'[ {"type":"text","text":"Be \\u006bind.","cache_control":{"type":"ephemeral"}} ]'),
            (b"messages", b'[ {"content":"h\\u00e9 \\/","role":"user"} ]'),
            (b"thinking", b'{"budget_tokens":1024 ,"type":"enabled"}'),
            *_UNKNOWN,
        ),
        "generate": (
            (b"contents", b'[ {"parts":[{"text":"h\\u00e9 \\/","x":1.0}],"role":"user"} ]'),
            (b"generationConfig", b'{"temperature":0.70,"topK":64.0, "later":1e3}'),
            (b"safetySettings", b"[ ]"),
            *_UNKNOWN,
        ),
        "embeddings": (
            (b"input", b'[ "h\\u00e9 \\/","b" ]'),
            (b"dimensions", b"8"),
            (b"user", b'"\\u0061nna"'),
            *_UNKNOWN,
        ),
    }
)
"""Requests by operation, without their model."""

_CHAT_USAGE = '"usage" : {"completion_tokens":5,"prompt_tokens":3,"total_tokens":8, "x":1.0}'
_RESPONSE_USAGE = '"usage":{"output_tokens":5,"input_tokens":3,"total_tokens":8, "x":1.0}'
_RESPONSE = (
    f'"id":"resp_1","model" :"@MODEL@","store":false,"output":[ {{"type":"later","x":{_VALUES}}} ],{_RESPONSE_USAGE}'
)
_GENERATED_USAGE = '"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":5.0,"totalTokenCount":8}'

ANSWERS: Mapping[str, str] = MappingProxyType(
    {
        "chat": f"""{{ "x":{_VALUES},
 "model" : "@MODEL@", "id":"c-1","choices":[ {{"finish_reason":"stop","index":0,"logprobs":null,
 "message":{{"content":"h\\u00e9 the \\"model\\":\\"@MODEL@\\" I am","role":"assistant","x":{_VALUES}}} }}],{_CHAT_USAGE} }}
""",
        "responses": f'\n{{"status":"completed",{_RESPONSE} ,"x":{_VALUES}}}\r\n',
        "messages": f"""{{"type":"message","id":"msg_1","role":"assistant",  "model":"@MODEL@","content":[
 {{"type":"tool_use","id":"toolu_1","name":"f","input":{{"z":1.0,"a":{_VALUES}}} }},{{"type":"later","x":[ ]}}],
 "stop_reason":"tool_use","stop_sequence":null,"usage":{{"output_tokens":5,"input_tokens":3 ,"x":1.0}},"x":{_VALUES}}}""",
        "generate": f"""{{"candidates":[{{"content":{{"parts":[{{"text":"h\\u00e9","x":{_VALUES}}}],"role":"model"}},"finishReason":"STOP","index":0}}],
 {_GENERATED_USAGE},"modelVersion":"@MODEL@-001","x":{_VALUES}}}
 """,
        "embeddings": f"""{{"object":"list", "data":[{{"embedding":[1.0,-0.0,1e-7 ,0.10],"index":0,"x":{_VALUES}}}],
 "model":"@MODEL@","usage":{{"prompt_tokens":3,"total_tokens":3,"x":1.0}},"x":{_VALUES} }}""",
    }
)
"""Whole answers by operation."""

_ONE_LINE = " ".join(_VALUES.split())
_NOISE = (": a comment\r\n\r\n", ":\n\n", 'event: ping\ndata: {"type": "ping"}\n\n', "id: 7\nretry: 10\n\n")
_CHUNK = '"id":"c-1","object":"chat.completion.chunk","model" : "@MODEL@"'

CHAT_USAGE_CHUNK = f'data: {{{_CHUNK}, "choices":[ ],{_CHAT_USAGE}}}\n\n'
"""Only for those who asked."""

STREAMS: Mapping[str, str] = MappingProxyType(
    {
        "chat": "".join(
            (
                _NOISE[0],
                f'data: {{{_CHUNK},"choices":[{{"delta":{{"role":"assistant","content":""}},"index":0}}]}}\r\n\r\n',
                _NOISE[1],
                f'data:{{{_CHUNK},"choices":[{{"index":0,"delta":{{"content":"h\\u00e9 \\/"}},"x":{_ONE_LINE}}}]}}\n\n',
                _NOISE[3],
                f'data: {{{_CHUNK},"choices":[{{"index":0,"finish_reason":"stop","delta":{{ }} }}],"x":1.0}}\n\n',
                CHAT_USAGE_CHUNK,
                "data: [DONE]\n\n",
            )
        ),
        "responses": "".join(
            (
                'event: response.created\r\ndata: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1",'
                f'"status":"in_progress","model" : "@MODEL@","x":{_ONE_LINE}}}}}\r\n\r\n',
                *_NOISE,
                'event: response.output_text.delta\ndata: {"sequence_number":1,"delta":"h\\u00e9 \\/","type":"response.output_text.delta","x":1.0}\n\n',
                f'event: response.of_next_year\ndata:{{"type":"response.of_next_year","sequence_number":2,"x":{_ONE_LINE}}}\n\n',
                f'event: response.completed\ndata: {{"type":"response.completed","sequence_number":3,"response":{{"status":"completed",{" ".join(_RESPONSE.split())}}}}}\n\n',
            )
        ),
        "messages": "".join(
            (
                'event: message_start\r\ndata: {"type":"message_start","message":{"id":"msg_1","model" : "@MODEL@",'
                f'"usage":{{"input_tokens":3,"output_tokens":1}},"content":[ ],"x":{_ONE_LINE}}}}}\r\n\r\n',
                *_NOISE,
                'event: content_block_start\ndata: {"index":0,"type":"content_block_start","content_block":{"type":"later","x":1.0}}\n\n',
                'event: content_block_delta\ndata:{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"h\\u00e9 \\/"}}\n\n',
                f'event: of_next_year\ndata: {{"type":"of_next_year","x":{_ONE_LINE}}}\n\n',
                'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n',
                'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5, "x":1.0}}\n\n',
                'event: message_stop\ndata: {"type":"message_stop"}\n\n',
            )
        ),
        "generate": "".join(
            (
                f'data: {{"candidates":[{{"content":{{"parts":[{{"text":"h\\u00e9 \\/","x":{_ONE_LINE}}}],"role":"model"}},"index":0}}],"modelVersion":"@MODEL@-001"}}\r\n\r\n',
                _NOISE[0],
                'data:{"x_later":{ },"candidates":[{"content":{"parts":[{"ofNextYear":1.0}]},"index":0}]}\n\n',
                f'data: {{"candidates":[{{"content":{{"parts":[{{"text":""}}]}},"finishReason":"STOP","index":0}}],{_GENERATED_USAGE}}}\n\n',
            )
        ),
    }
)
"""Streams by operation; that of chats has a chunk of usage."""
