"""The FAQ for those who write it: versions, translations, search words, and what was asked in vain.

How readers find articles is in `app.support.faq.queries`, what a search makes of words in `app.support.faq`.
"""
