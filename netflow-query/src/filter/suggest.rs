//! Suggestions for unknown words of an expression.

/// Words of the language are no longer than this.
const LONGEST: usize = 48;

/// [`nearest`](crate::suggest::nearest) for words of the expression, which may be as long as that.
pub(super) fn nearest<'w>(wrong: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    if wrong.len() > LONGEST {
        return None;
    }
    crate::suggest::nearest(wrong, words)
}
