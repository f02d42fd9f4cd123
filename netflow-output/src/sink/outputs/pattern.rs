//! Names of files that contain the time.

use core::fmt;
use core::time::Duration;
use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use netflow_core::Timestamp;

/// The name of files, one for each interval of time: `%Y/%m/%d/flows-%H%M.json`.
///
/// `%Y`, `%m`, `%d`, `%H`, `%M` and `%S` are the time in UTC when the interval begins, `%%` is a
/// percent sign. Folders are made as they are needed. If there is a file of that name already, the
/// new one gets a number: `flows-1205.1.json`.
///
/// ```
/// use netflow_core::Timestamp;
/// use netflow_output::sink::FilePattern;
///
/// let pattern = FilePattern::new("%Y/%m/%d/flows-%H%M.json").unwrap();
/// let time = Timestamp::from_secs(1_700_000_000);
/// assert_eq!(pattern.path(time).to_str(), Some("2023/11/14/flows-2213.json"));
/// assert!(FilePattern::new("flows-%q.json").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePattern {
    text: String,
    /// The folder that has no time in its name.
    root: PathBuf,
    /// Folders below it, then the file.
    components: Vec<Vec<PatternPart>>,
}

/// What a name consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum PatternPart {
    Text(String),
    Time(TimeUnit),
}

/// A part of a time, always with the same number of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum TimeUnit {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

impl TimeUnit {
    const fn by_letter(letter: char) -> Option<Self> {
        Some(match letter {
            'Y' => Self::Year,
            'm' => Self::Month,
            'd' => Self::Day,
            'H' => Self::Hour,
            'M' => Self::Minute,
            'S' => Self::Second,
            _ => return None,
        })
    }

    const fn digits(self) -> usize {
        if matches!(self, Self::Year) { 4 } else { 2 }
    }

    /// Where it stands in a time of RFC 3339: `2023-11-14T22:13:20Z`.
    fn of(self, time: &str) -> &str {
        let start = match self {
            Self::Year => 0,
            Self::Month => 5,
            Self::Day => 8,
            Self::Hour => 11,
            Self::Minute => 14,
            Self::Second => 17,
        };
        time.get(start..start + self.digits()).unwrap_or_default()
    }
}

/// A pattern with a letter after `%` that means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    letter: Option<char>,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.letter {
            Some(letter) => write!(f, "%{letter} is none of %Y %m %d %H %M %S %%"),
            None => f.write_str("the name of a file is missing"),
        }
    }
}

impl core::error::Error for PatternError {}

impl FilePattern {
    /// Reads a pattern. Without `%` it is the name of one file.
    ///
    /// # Errors
    ///
    /// There is no name, or a letter after `%` that means nothing.
    pub fn new(text: &str) -> Result<Self, PatternError> {
        let mut root = PathBuf::new();
        let mut components = Vec::new();
        for component in Path::new(text).components() {
            let parts = parts(&component.as_os_str().to_string_lossy())?;
            match &parts[..] {
                // The last fixed component is the file, if there is no other.
                [PatternPart::Text(name)] if components.is_empty() => root.push(name),
                _ => components.push(parts),
            }
        }
        if components.is_empty() {
            let Some(Component::Normal(name)) = root.components().next_back() else {
                return Err(PatternError { letter: None });
            };
            components.push(vec![PatternPart::Text(name.to_string_lossy().into_owned())]);
            root.pop();
        }
        Ok(Self {
            text: text.to_owned(),
            root,
            components,
        })
    }

    /// The name of one file, in which `%` means nothing.
    ///
    /// # Errors
    ///
    /// There is no name.
    pub fn fixed(path: &Path) -> Result<Self, PatternError> {
        Self::new(&path.to_string_lossy().replace('%', "%%"))
    }

    /// The file of the interval that begins at this time.
    #[must_use]
    pub fn path(&self, time: Timestamp) -> PathBuf {
        let time = time.to_string();
        let mut path = self.root.clone();
        for component in &self.components {
            let mut name = String::new();
            for part in component {
                name.push_str(match part {
                    PatternPart::Text(text) => text,
                    PatternPart::Time(unit) => unit.of(&time),
                });
            }
            path.push(name);
        }
        path
    }

    /// The default length of intervals: an hour or a day if that is the finest part of the name, five
    /// minutes if it is finer. None if there is no time in the name.
    pub(super) fn interval(&self) -> Option<Duration> {
        let units = self
            .components
            .iter()
            .flatten()
            .filter_map(|part| match part {
                PatternPart::Time(unit) => Some(*unit),
                PatternPart::Text(_) => None,
            });
        Some(Duration::from_secs(match units.max()? {
            TimeUnit::Minute | TimeUnit::Second => 300,
            TimeUnit::Hour => 3600,
            TimeUnit::Day | TimeUnit::Month | TimeUnit::Year => 86_400,
        }))
    }

    /// The folder below which all files are.
    pub(super) fn root(&self) -> &Path {
        if self.root.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &self.root
        }
    }

    /// Levels of folders below the root.
    pub(super) fn depth(&self) -> usize {
        self.components.len().saturating_sub(1)
    }

    /// Whether a folder on this level has such a name.
    pub(super) fn is_folder(&self, level: usize, name: &OsStr) -> bool {
        let parts = self.components.get(level);
        parts.is_some_and(|parts| name.to_str().and_then(|name| rest(name, parts)) == Some(""))
    }

    /// Whether a file has such a name, with or without a number.
    pub(super) fn is_file(&self, name: &str) -> bool {
        let Some(parts) = self.components.last() else {
            return false;
        };
        if rest(name, parts) == Some("") {
            return true;
        }
        without_number(name).is_some_and(|name| rest(&name, parts) == Some(""))
    }
}

impl fmt::Display for FilePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The name of a file with a number before its extensions.
pub(super) fn with_number(path: &Path, number: u32) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let (stem, extensions) = name.split_at(extensions(&name));
    path.with_file_name(format!("{stem}.{number}{extensions}"))
}

/// The name before `with_number` added a number.
fn without_number(name: &str) -> Option<String> {
    let (stem, after) = name.split_at_checked(extensions(name))?;
    let after = after.strip_prefix('.')?;
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = after.split_at_checked(digits)?;
    (!number.is_empty() && (rest.is_empty() || rest.starts_with('.')))
        .then(|| format!("{stem}{rest}"))
}

/// Where the extensions of a name begin.
fn extensions(name: &str) -> usize {
    let dot = name
        .char_indices()
        .skip(1)
        .find(|(_, letter)| *letter == '.');
    dot.map_or(name.len(), |(index, _)| index)
}

fn parts(text: &str) -> Result<Vec<PatternPart>, PatternError> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            plain.push(letter);
            continue;
        }
        let letter = letters.next().unwrap_or(' ');
        if letter == '%' {
            plain.push('%');
            continue;
        }
        let unit = TimeUnit::by_letter(letter).ok_or(PatternError {
            letter: Some(letter),
        })?;
        if !plain.is_empty() {
            parts.push(PatternPart::Text(core::mem::take(&mut plain)));
        }
        parts.push(PatternPart::Time(unit));
    }
    if !plain.is_empty() {
        parts.push(PatternPart::Text(plain));
    }
    Ok(parts)
}

/// What remains of a name after these parts.
fn rest<'n>(name: &'n str, parts: &[PatternPart]) -> Option<&'n str> {
    let mut rest = name;
    for part in parts {
        rest = match part {
            PatternPart::Text(text) => rest.strip_prefix(text.as_str())?,
            PatternPart::Time(unit) => {
                let (digits, after) = rest.split_at_checked(unit.digits())?;
                digits
                    .bytes()
                    .all(|octet| octet.is_ascii_digit())
                    .then_some(after)?
            }
        };
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{FilePattern, with_number};

    #[test]
    fn only_files_of_the_pattern_are_recognised() {
        let pattern = FilePattern::new("/var/flows/%Y/x%m%d/flows-%H%M.json.gz").unwrap();
        assert_eq!(pattern.root(), Path::new("/var/flows"));
        assert_eq!(pattern.depth(), 2);
        assert!(pattern.is_folder(0, "2023".as_ref()));
        assert!(!pattern.is_folder(0, "23".as_ref()));
        assert!(pattern.is_folder(1, "x1114".as_ref()));
        for name in [
            "flows-2213.json.gz",
            "flows-2213.1.json.gz",
            "flows-2213.12.json.gz",
        ] {
            assert!(pattern.is_file(name), "{name}");
        }
        for name in [
            "flows-221.json.gz",
            "flows-2213.json",
            "flows-2213.a.json.gz",
            "",
            "flows-2213..json.gz",
        ] {
            assert!(!pattern.is_file(name), "{name}");
        }
    }

    #[test]
    fn a_number_stands_before_the_extensions() {
        for (name, numbered) in [
            ("a/flows-2213.json.gz", "a/flows-2213.7.json.gz"),
            ("flows", "flows.7"),
            (".hidden", ".hidden.7"),
        ] {
            assert_eq!(with_number(Path::new(name), 7), Path::new(numbered));
        }
    }

    #[test]
    fn a_pattern_without_time_is_one_file() {
        let pattern = FilePattern::new("a%%b/flows.parquet").unwrap();
        assert_eq!(pattern.root(), Path::new("a%b"));
        assert!(pattern.is_file("flows.parquet") && pattern.is_file("flows.3.parquet"));
        assert_eq!(pattern.interval(), None);
        for wrong in ["", "/", "a/..", "%", "100%"] {
            assert!(FilePattern::new(wrong).is_err(), "{wrong}");
        }
    }
}
