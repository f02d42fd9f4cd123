"""A small reader of flow export, written from the specifications.

It shares nothing with the Rust code, so that both agreeing means something.
It is slow, keeps everything in memory and is meant for test captures only.
"""
