"""Makes a tiny Qwen3 model with random weights, for tests of the wire: it has learnt nothing.

    python scripts/tiny_model.py ITEMS.jsonl FOLDER

Runs in the environment of vLLM. Its BPE tokenizer is trained on the texts of a catalogue.
"""

import json
import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

WORDS = 4096
ENDS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tokenizer_of(items: Path) -> PreTrainedTokenizerFast:
    """Trains a byte-level BPE tokenizer on the texts of items."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=WORDS, special_tokens=list(ENDS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
    )  # fmt: skip
    records = (json.loads(line) for line in items.read_text("utf-8").splitlines())
    texts = [" ".join(str(value) for value in record.values()) for record in records]
    bpe.train_from_iterator(texts, trainer)
    made = PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token=ENDS[2], pad_token=ENDS[0], model_max_length=4096
    )
    made.chat_template = TEMPLATE
    return made


def model_of(tokenizer: PreTrainedTokenizerFast) -> Qwen3ForCausalLM:
    """Makes the model: some 4 million parameters, the same ones each time."""
    torch.manual_seed(0)
    return Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=len(tokenizer), hidden_size=256, intermediate_size=768,
            num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=2, head_dim=64,
            max_position_embeddings=4096, tie_word_embeddings=True, dtype="float32",
            eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
            bos_token_id=None,
        )
    )  # fmt: skip


def main(items: str, folder: str) -> None:
    """Makes tokenizer and model, and says how large it is."""
    tokenizer = tokenizer_of(Path(items))
    model = model_of(tokenizer)
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)
    print(f"{folder}: {sum(p.numel() for p in model.parameters()):,} random parameters")


if __name__ == "__main__":
    main(*sys.argv[1:])
