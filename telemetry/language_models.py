"""Language models and accelerators as serving sees them: sizes and ratings, and who says so."""

from __future__ import annotations

from typing import NamedTuple


class LanguageModel(NamedTuple):
    """
    A model as serving sees it.

    Attributes
    ----------
    parameters : [1]
        All of them.
    active : [1]
        Those that one token needs; fewer than all in a mixture of experts.
    layers, heads, width : [1]
        Layers, heads of keys and values in each, and numbers in each head: a token of context takes two of each.
    source
        Who says so.
    """

    parameters: float
    active: float
    layers: int
    heads: int
    width: int
    source: str

    def context_bytes(self, number_bytes: float) -> float:
        """
        Give what a token of context takes.

        Parameters
        ----------
        number_bytes : [byte]
            Of a number.

        Returns
        -------
        [byte]
            2 layers heads width numbers: a key and a value of each.
        """
        return 2.0 * self.layers * self.heads * self.width * number_bytes


_LLAMA = "Llama 3, arXiv 2407.21783, table 3"
MODELS: dict[str, LanguageModel] = {
    "qwen_0.5b": LanguageModel(0.494e9, 0.494e9, 24, 2, 64, "Qwen2.5, arXiv 2412.15115, table 1"),
    "llama_8b": LanguageModel(8.03e9, 8.03e9, 32, 8, 128, _LLAMA),
    "llama_70b": LanguageModel(70.6e9, 70.6e9, 80, 8, 128, _LLAMA),
    "llama_405b": LanguageModel(405.9e9, 405.9e9, 126, 8, 128, _LLAMA),
    "mixtral_8x7b": LanguageModel(46.7e9, 12.9e9, 32, 8, 128, "Mixtral, arXiv 2401.04088, table 1 and section 2"),
}
"""Models by name."""

MODEL = "llama_70b"
"""What is served unless told otherwise."""


class Chip(NamedTuple):
    """
    What one accelerator is rated for.

    Attributes
    ----------
    operations : [FLOP/s]
        On dense matrices, in the format that is served.
    bandwidth : [byte/s]
        Of its memory.
    memory : [byte]
        Of it.
    """

    operations: float
    bandwidth: float
    memory: float


H200 = Chip(989.4e12, 4.8e12, 141e9)
"""NVIDIA H200 SXM: data sheet, bf16 without sparsity."""
