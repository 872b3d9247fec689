"""The kinds of fields, tools, items and parts that requests are made of, and what of them a model reads."""

from __future__ import annotations

import re

# Fields that steer a call and are not read by the model.
STEERING = frozenset(
    {
        "background",
        "best_of",
        "cache_control",
        "client_metadata",
        "frequency_penalty",
        "include",
        "inference_geo",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_output_tokens",
        "max_tokens",
        "max_tool_calls",
        "metadata",
        "modalities",
        "model",
        "n",
        "parallel_tool_calls",
        "presence_penalty",
        "prompt_cache_key",
        "prompt_cache_retention",
        "reasoning",
        "reasoning_effort",
        "safety_identifier",
        "seed",
        "service_tier",
        "speed",
        "stop",
        "stop_sequences",
        "store",
        "stream",
        "stream_options",
        "temperature",
        "thinking",
        "top_k",
        "top_logprobs",
        "top_p",
        "truncation",
        "user",
        "verbosity",
    }
)
# Fields by which a provider reads, finds or writes more than stands in the body; each of some vendor.
BEYOND_THE_BODY = frozenset(
    {
        "cached_content",
        "chat_template",
        "compaction",
        "compound_custom",
        "container",
        "context_management",
        "conversation",
        "data_sources",
        "enable_search",
        "mm_processor_kwargs",
        "plugins",
        # What a prediction gets wrong is billed as output, beyond the bound on it.
        "prediction",
        "previous_response_id",
        "search_parameters",
        "search_settings",
        "web_search_options",
    }
)
# Tools that run at the caller's side; every other kind runs at the provider and may read what is not in the body.
_CALLER_TOOLS = frozenset({"function", "custom", "namespace", "tool_search", "local_shell", "shell", "apply_patch"})

# Those of them whose definition the provider keeps: a dated kind of Anthropic's.
_KEPT_DEFINITION = re.compile(r"(?:bash|computer|memory|text_editor)_\d{8}", re.ASCII)

TEXT_PARTS = frozenset(
    {
        "text",
        "input_text",
        "output_text",
        "refusal",
        "summary_text",
        "reasoning_text",
        "thinking",
        "redacted_thinking",
        "reasoning.text",
        "reasoning.summary",
        "reasoning.encrypted",
        "logs",
        "tool_use",
        "tool_result",
        "tool_reference",
    }
)
# What only messages are made of beside text; results of the provider's own tools stand in the body in full.
MESSAGE_PARTS = frozenset(
    {
        "advisor_redacted_result",
        "advisor_result",
        "advisor_tool_result",
        "advisor_tool_result_error",
        "bash_code_execution_output",
        "bash_code_execution_result",
        "bash_code_execution_tool_result",
        "bash_code_execution_tool_result_error",
        "code_execution_output",
        "code_execution_result",
        "code_execution_tool_result",
        "code_execution_tool_result_error",
        "compaction",
        "encrypted_code_execution_result",
        "fallback",
        "mcp_tool_listing",
        "mcp_tool_result",
        "mcp_tool_use",
        "search_result",
        "server_tool_use",
        "text_editor_code_execution_create_result",
        "text_editor_code_execution_str_replace_result",
        "text_editor_code_execution_tool_result",
        "text_editor_code_execution_tool_result_error",
        "tool_addition",
        "tool_removal",
        "tool_search_tool_result",
        "tool_search_tool_result_error",
        "tool_search_tool_search_result",
        "web_fetch_result",
        "web_fetch_tool_result",
        "web_fetch_tool_result_error",
        "web_search_result",
        "web_search_tool_result",
        "web_search_tool_result_error",
    }
)
IMAGE_PARTS = frozenset({"image_url", "input_image", "image", "computer_screenshot"})
FILE_PARTS = frozenset({"file", "input_file", "document"})
# A part may come without its kind, as some servers take it: it is then known by its field.
KIND_FIELDS = ("image_url", "image", "input_image", "input_audio", "audio_url", "audio", "video_url", "video", "file")
_NO_IMAGES = (
    ".pdf",
    ".mp4",
    ".mpeg",
    ".mov",
    ".avi",
    ".webm",
    ".mkv",
    ".wmv",
    ".flv",
    ".3gp",
    ".mp3",
    ".wav",
    ".ogg",
    ".m4a",
)
TEXT_ITEMS = frozenset(
    {
        "message",
        "reasoning",
        "compaction",
        "function_call",
        "function_call_output",
        "custom_tool_call",
        "custom_tool_call_output",
        "tool_search_call",
        "tool_search_output",
        "additional_tools",
        "local_shell_call",
        "local_shell_call_output",
        "shell_call",
        "shell_call_output",
        "apply_patch_call",
        "apply_patch_call_output",
        "web_search_call",
        "file_search_call",
        "code_interpreter_call",
        "computer_call",
        "computer_call_output",
        "mcp_list_tools",
        "mcp_call",
        "mcp_approval_request",
        "mcp_approval_response",
    }
)
# The longest word that belongs to the form of a message, and not to what it says.
WORD_CHARS = 32
# What only the provider can open. It is not shorter than what it holds.
OPAQUE = frozenset({"encrypted_content", "signature", "thought_signature", "data"})


def runs_at_provider(tool: object) -> bool:
    """Whether a tool is run by the provider, which may give the model more to read than stands in the body."""
    if not isinstance(tool, dict):
        return False
    environment = tool.get("environment")
    if isinstance(environment, dict) and environment.get("type") != "local":
        return True
    kind = tool.get("type")
    if kind is None:
        # Only functions may leave their kind out; what else does is a vendor's own switch, such as {"google_search": {}}.
        return not (tool.keys() & {"function", "name"} or not tool)
    return not isinstance(kind, str) or (kind not in _CALLER_TOOLS and not is_defined_by_provider(tool))


def is_defined_by_provider(tool: object) -> bool:
    """Whether a tool that the caller runs is named by its kind alone, and the provider gives the model its definition."""
    kind = tool.get("type") if isinstance(tool, dict) else None
    return isinstance(kind, str) and _KEPT_DEFINITION.fullmatch(kind) is not None


def only_clears(context_management: object) -> bool:
    """Whether management of the context takes away from it and adds nothing, as a summary would."""
    edits = context_management.get("edits") if isinstance(context_management, dict) else None
    return isinstance(edits, list) and all(
        isinstance(edit, dict) and str(edit.get("type")).startswith("clear_") for edit in edits
    )


def may_be_image(url: str) -> bool:
    """Whether what stands in the place of an image can be one; some servers take documents and films there too."""
    if url.startswith("data:"):
        return url.startswith("data:image/")
    return not url.startswith("gs:") and not url.split("?", 1)[0].lower().endswith(_NO_IMAGES)
