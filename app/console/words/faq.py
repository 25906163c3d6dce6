"""The words of the FAQ's editors."""

from typing import Final

from app.core.locale import Text

FAQ: Final = {
    "faq_articles": Text("文章", "Articles"),
    "faq_queries": Text("无结果的搜索", "Asked in vain"),
    "faq_synonyms": Text("同义词", "Synonyms"),
    "faq_new": Text("写新文章", "New article"),
    "faq_state": Text("状态", "State"),
    "faq_any_state": Text("全部状态", "any state"),
    "faq_draft": Text("草稿", "draft"),
    "faq_published": Text("已发布", "published"),
    "faq_archived": Text("已归档", "archived"),
    "faq_only_stale": Text("只看译文过期的", "stale translations only"),
    "faq_stale": Text("译文过期", "stale"),
    "faq_missing": Text("缺少译文", "no translation"),
    "faq_zh": Text("中文", "Chinese"),
    "faq_en": Text("英文", "English"),
    "faq_helpful": Text("有帮助 / 没帮助", "Helpful / not"),
    "faq_version": Text("版本", "Version"),
    "faq_updated": Text("最后编辑", "Last edited"),
    "faq_seed": Text("系统", "the seed"),
    "faq_try": Text("试试搜索", "Try a search"),
    "faq_try_hint": Text("读者输入的文字", "what a reader types"),
    "faq_found_nothing": Text("没有结果", "nothing is found"),
    "faq_title": Text("标题", "Title"),
    "faq_body": Text("正文", "Text"),
    "faq_tags": Text("标签（空格分隔）", "Tags, with blanks between"),
    "faq_save": Text("保存新版本", "Save this version"),
    "faq_write": Text("保存文章", "Save the article"),
    "faq_preview": Text("预览", "Preview"),
    "faq_preview_none": Text("还没有内容。", "Nothing is written yet."),
    "faq_fits": Text("译文已核对，仍然适用", "I have checked it: it still fits"),
    "faq_saved": Text("文章已保存。", "The article was saved."),
    "faq_history": Text("历史版本", "Versions"),
    "faq_restore": Text("放入表单", "Put into the form"),
    "faq_old": Text(
        "表单中是旧版本，保存后成为新版本：",
        "The form holds an old version; saving makes it the newest:",
    ),
    "faq_query": Text("搜索词", "Words"),
    "faq_language": Text("语言", "Language"),
    "faq_asked": Text("次数", "Times"),
    "faq_first_asked": Text("首次", "First"),
    "faq_last_asked": Text("最近", "Last"),
    "faq_open": Text("待处理", "to deal with"),
    "faq_done": Text("已处理", "done"),
    "faq_write_for": Text("写文章", "Write an article"),
    "faq_finish": Text("标记为已处理", "Done"),
    "faq_done_by": Text("处理人", "Done by"),
    "faq_query_finished": Text("已标记为已处理。", "Marked as done."),
    "faq_synonyms_hint": Text(
        "每行一组，词之间用空格或逗号分隔。", "A group a line, words with blanks or commas between."
    ),
    "faq_synonyms_saved": Text("同义词已保存。", "The synonyms were saved."),
}
