"""Refusals to editors of the FAQ."""

from app.core.errors import define_error, define_field_error

FAQ_CHANGED = define_error(
    "faq_changed",
    409,
    zh=("内容已被他人修改", "请重新读取最新版本，合并您的修改后再保存。"),
    en=(
        "Somebody else has changed it meanwhile",
        "Read the newest version, put your changes into it and save again.",
    ),
)

TRANSLATION_MISSING = define_field_error(
    "translation_missing",
    zh="发布的文章必须有中文和英文。",
    en="A published article needs both languages.",
)
NOT_A_WORD = define_field_error(
    "not_a_word",
    zh="请填写一个词，不含空格和标点。",
    en="Give one word, without blanks and punctuation.",
)
WORD_TWICE = define_field_error(
    "word_twice", zh="一个词只能属于一组。", en="A word may be in one group only."
)
