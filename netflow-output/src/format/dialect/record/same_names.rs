//! The fields of a template that have the same name.

/// The fields of a template that have the same name.
#[derive(Debug)]
pub(super) struct SameNames {
    /// The first of several, and the indexes of the others.
    repeated: Vec<(usize, Box<[usize]>)>,
    /// Those that are not members of their own.
    dropped: Vec<usize>,
}

impl SameNames {
    /// Of fields with these names, of which the first few are the scope.
    pub(super) fn of(names: Vec<Option<&str>>, scope: usize, keeps_last_only: bool) -> Self {
        let named = names.into_iter().enumerate();
        // The name, in the scope or not, and the place in the template.
        let mut sorted: Vec<(bool, &str, usize)> = named
            .filter_map(|(index, name)| Some((index < scope, name?, index)))
            .collect();
        sorted.sort_unstable();
        let mut repeated: Vec<(usize, Box<[usize]>)> = Vec::new();
        let mut dropped = Vec::new();
        for same in sorted.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            let places = same.iter().map(|(_, _, index)| *index);
            match same {
                [_] | [] => {}
                [.., _] if keeps_last_only => dropped.extend(places.take(same.len() - 1)),
                [(_, _, first), ..] => {
                    dropped.extend(places.clone().skip(1));
                    repeated.push((*first, places.skip(1).collect()));
                }
            }
        }
        repeated.sort_unstable_by_key(|(first, _)| *first);
        dropped.sort_unstable();
        Self { repeated, dropped }
    }

    /// The later fields with the name of this one; none if it is not a member of its own.
    pub(super) fn take(&mut self, index: usize) -> Option<Box<[usize]>> {
        if self.dropped.binary_search(&index).is_ok() {
            return None;
        }
        let places = self
            .repeated
            .binary_search_by_key(&index, |(first, _)| *first);
        let place = places.ok().and_then(|place| self.repeated.get_mut(place));
        Some(
            place
                .map(|(_, places)| core::mem::take(places))
                .unwrap_or_default(),
        )
    }
}
