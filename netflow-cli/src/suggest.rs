//! What may have been meant by a word that is none.

/// The word that takes the fewest changes to become, if they are few for its length.
pub(crate) fn nearest<'w>(wrong: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    words
        .map(|word| (distance(wrong, word), word))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, word)| *distance <= word.len().max(3) / 3)
        .map(|(_, word)| word)
}

/// How many letters must be changed, added or removed to turn one word into another.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.chars().enumerate() {
        let mut diagonal = index;
        row[0] = index + 1;
        for (column, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
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
