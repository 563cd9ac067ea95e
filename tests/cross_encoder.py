"""Cross-encoders small enough for tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from embeddings.model_files import model_files


def tiny(folder: Path, biases: Sequence[float], names: Sequence[str] = ()) -> Path:
    """A cross-encoder whose scores are these, whatever it reads."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    AutoTokenizer.from_pretrained(str(model_files("minilm").folder)).save_pretrained(folder)
    config = BertConfig(
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=8,
        num_labels=len(biases),
    )
    if names:
        config.id2label = dict(enumerate(names))
        config.label2id = {name: place for place, name in enumerate(names)}
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor(biases))
    model.save_pretrained(folder)
    return folder
