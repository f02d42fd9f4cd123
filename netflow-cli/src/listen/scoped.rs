//! Options that belong to the option before them, as `--format` to an `--output`.

use core::any::Any;

use clap::ArgMatches;

/// The arguments of one option, such as an output, by their places on the command line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope {
    /// Where it begins.
    start: usize,
    /// Where the next one begins.
    end: usize,
    /// Where the first one begins.
    first: usize,
}

/// The scopes of all values of these options, in the order of the command line, each with the index of
/// its option and of its value.
pub(super) fn scopes(matches: &ArgMatches, options: &[&str]) -> Vec<(usize, usize, Scope)> {
    let mut starts: Vec<(usize, usize, usize)> = Vec::new();
    for (option, name) in options.iter().enumerate() {
        let indices = matches.indices_of(name).into_iter().flatten();
        starts.extend(
            indices
                .enumerate()
                .map(|(value, index)| (index, option, value)),
        );
    }
    starts.sort_unstable();
    let first = starts.first().map_or(usize::MAX, |(index, ..)| *index);
    let ends = starts.iter().skip(1).map(|(index, ..)| *index);
    let ends = ends.chain([usize::MAX]);
    starts
        .iter()
        .zip(ends)
        .map(|(&(start, option, value), end)| (option, value, Scope { start, end, first }))
        .collect()
}

impl Scope {
    /// The scope of the whole command line, for when there is no option to belong to.
    pub(super) const ALL: Self = Self {
        start: 0,
        end: usize::MAX,
        first: usize::MAX,
    };

    /// The values of an option in this scope: those after its start or, if there are none, those before
    /// the first scope.
    pub(super) fn all<T: Any + Clone + Send + Sync + 'static>(
        &self,
        matches: &ArgMatches,
        option: &str,
    ) -> Vec<T> {
        let indices = matches.indices_of(option).into_iter().flatten();
        let values = matches.get_many::<T>(option).into_iter().flatten();
        let placed: Vec<(usize, &T)> = indices.zip(values).collect();
        let within = |range: core::ops::Range<usize>| -> Vec<T> {
            let values = placed.iter().filter(|(index, _)| range.contains(index));
            values.map(|(_, value)| (*value).clone()).collect()
        };
        let own = within(self.start..self.end);
        if own.is_empty() {
            within(0..self.first)
        } else {
            own
        }
    }

    /// The last value of an option in this scope.
    pub(super) fn last<T: Any + Clone + Send + Sync + 'static>(
        &self,
        matches: &ArgMatches,
        option: &str,
    ) -> Option<T> {
        self.all(matches, option).pop()
    }
}
