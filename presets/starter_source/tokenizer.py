"""The starter model's tokenizer: byte-level BPE in which every common Chinese character is one piece.

A piece is what a model can say in one go, and a LoRA does not train the pieces. So the Chinese characters are not
left to chance: each character of GB 2312 level 1 (3,755 of them, the everyday ones) and each one that our own texts
use is a piece; a rarer character is spelled as its first two bytes and its last. No piece holds two characters: what
is copied character by character can be copied in any combination. English pieces are learned from our own texts.
"""

import json
from collections.abc import Iterable

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

END, TURN, TURN_END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
MARKS = (END, TURN, TURN_END)
"""Their ids are 0, 1, 2."""

PUNCTUATION = "，。？！：；、“”‘’（）《》【】—…·～￥％℃＋－×÷＝"


def everyday_characters() -> list[str]:
    """The 3,755 characters of GB 2312 level 1: rows 16 to 55 of the standard's table."""
    return _rows(16, 55)


def rare_characters() -> list[str]:
    """The 3,008 characters of GB 2312 level 2, rows 56 to 87: names, dishes, plants. Few of them are a piece."""
    return _rows(56, 87)


def _rows(first: int, last: int) -> list[str]:
    found = []
    for row in range(first, last + 1):
        for cell in range(1, 95):
            try:
                found.append(bytes((0xA0 + row, 0xA0 + cell)).decode("gb2312"))
            except UnicodeDecodeError:
                continue  # row 55 ends five cells early
    return found


def make_tokenizer(texts: Iterable[str], english_pieces: int) -> Tokenizer:
    """A tokenizer from our own texts; any other text can be spelled in bytes."""
    texts = list(texts)
    characters = dict.fromkeys(everyday_characters() + list(PUNCTUATION))
    for text in texts:
        characters |= dict.fromkeys(character for character in text if not character.isascii())
    letter = _byte_letters()
    vocabulary = {mark: number for number, mark in enumerate(MARKS)}
    for piece in sorted(letter.values()):
        vocabulary[piece] = len(vocabulary)
    merges: list[tuple[str, str]] = []
    for character in characters:
        left, *rest = (letter[byte] for byte in character.encode())
        for right in rest:
            if left + right not in vocabulary:
                merges.append((left, right))
                vocabulary[left + right] = len(vocabulary)
            left += right
    for left, right in _english_merges(texts, english_pieces):
        if left + right not in vocabulary:
            merges.append((left, right))
            vocabulary[left + right] = len(vocabulary)
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    _dress(tokenizer)
    tokenizer.add_special_tokens([AddedToken(mark, special=True, normalized=False) for mark in MARKS])
    return tokenizer


def _byte_letters() -> dict[int, str]:
    """The printable letter by which byte-level BPE writes each byte."""
    plain = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    table = {byte: chr(byte) for byte in plain}
    others = [byte for byte in range(256) if byte not in table]
    return table | {byte: chr(256 + number) for number, byte in enumerate(others)}


def _english_merges(texts: list[str], wanted: int) -> list[tuple[str, str]]:
    """The merges that byte-level BPE learns from the ASCII part of the texts, most frequent first."""
    learner = Tokenizer(models.BPE())
    _dress(learner)
    trainer = trainers.BpeTrainer(
        vocab_size=256 + wanted, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    plain = ("".join(character if character.isascii() else "\n" for character in text) for text in texts)
    learner.train_from_iterator(plain, trainer)
    return [(left, right) for left, right in json.loads(learner.to_str())["model"]["merges"]]


def _dress(tokenizer: Tokenizer) -> None:
    """Digits one by one (a price is copied digit by digit), words with their leading blank, bytes as letters."""
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(  # type: ignore[assignment]
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()  # type: ignore[assignment]
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)  # type: ignore[assignment]
