//! Suggestions for unknown words.

use alloc::vec::Vec;

/// The word that needs the fewest changes, if they are few for its length.
///
/// ```
/// use netflow_query::suggest::nearest;
///
/// assert_eq!(nearest("octet", ["octets", "packets"].into_iter()), Some("octets"));
/// assert_eq!(nearest("bytes", ["octets", "packets"].into_iter()), None);
/// ```
#[must_use]
pub fn nearest<'w>(wrong: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    words
        .map(|word| (distance(wrong, word), word))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, word)| *distance <= word.len().max(3).div_euclid(3))
        .map(|(_, word)| word)
}

/// How many letters must be changed, added, removed or swapped with the next to turn one word into
/// another.
fn distance(from: &str, to: &str) -> usize {
    let mut above: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    let mut last = None;
    for (index, letter) in (1_usize..).zip(from.chars()) {
        let mut next = Vec::with_capacity(row.len());
        next.push(index);
        let mut last_other = None;
        for (column, other) in (1_usize..).zip(to.chars()) {
            let cost = |row: &[usize], back: usize| {
                let column = column.checked_sub(back)?;
                row.get(column).copied()
            };
            let kept = usize::from(letter != other);
            let swapped = last == Some(other) && last_other == Some(letter);
            let ways = [
                cost(&row, 1).map(|cost| cost.saturating_add(kept)),
                cost(&row, 0).map(|cost| cost.saturating_add(1)),
                cost(&next, 1).map(|cost| cost.saturating_add(1)),
                cost(&above, 2)
                    .filter(|_| swapped)
                    .map(|cost| cost.saturating_add(1)),
            ];
            next.push(ways.into_iter().flatten().min().unwrap_or(0));
            last_other = Some(other);
        }
        above = core::mem::replace(&mut row, next);
        last = Some(letter);
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn the_distance_is_the_fewest_changes() {
        for (from, to, changes) in [
            ("", "abc", 3),
            ("kitten", "sitting", 3),
            ("octets", "octets", 0),
            ("octet", "octets", 1),
            ("tpc", "tcp", 1),
        ] {
            assert_eq!(distance(from, to), changes);
            assert_eq!(distance(to, from), changes);
        }
    }

    #[test]
    fn only_what_is_near_is_suggested() {
        let words = || ["source_address", "source_port", "octets"].into_iter();
        assert_eq!(nearest("source_adress", words()), Some("source_address"));
        assert_eq!(nearest("bytes", words()), None);
    }
}
