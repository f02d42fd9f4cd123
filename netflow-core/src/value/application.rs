//! Ids of applications.

use core::fmt;
use core::hash::{Hash, Hasher};

use super::unsigned;

/// An applicationId: the engine that classified, and its number for the
/// application (RFC 6759, section 4).
///
/// Exporters send the same number in fields of different length, so two ids are
/// equal if engine, enterprise and number are: `0d 0050` and `0d 00000050` are
/// both 13:80.
///
/// ```
/// use netflow_core::value::ApplicationId;
///
/// // Engine 20 (PANA-L7-PEN): enterprise 9, and its application 461.
/// let id = ApplicationId::parse(&[20, 0, 0, 0, 9, 1, 205]).unwrap();
/// assert_eq!((id.engine(), id.enterprise_number(), id.selector()), (20, Some(9), Some(461)));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ApplicationId<'m> {
    engine: u8,
    selector: &'m [u8],
}

/// The engine PANA-L7-PEN, whose selector begins with an enterprise number.
const PANA_L7_PEN: u8 = 20;

impl<'m> ApplicationId<'m> {
    /// The id in these octets; `None` if there are none.
    ///
    /// ```
    /// use netflow_core::ApplicationId;
    ///
    /// let id = ApplicationId::parse(&[13, 0, 0, 80]).unwrap();
    /// assert_eq!((id.engine(), id.selector()), (13, Some(80)));
    /// ```
    #[must_use]
    pub fn parse(octets: &'m [u8]) -> Option<Self> {
        let (engine, selector) = octets.split_first()?;
        Some(Self {
            engine: *engine,
            selector,
        })
    }

    /// The classification engine.
    #[must_use]
    pub const fn engine(self) -> u8 {
        self.engine
    }

    /// The enterprise that numbers the application; only engine 20 has one.
    #[must_use]
    pub fn enterprise_number(self) -> Option<u32> {
        if self.engine != PANA_L7_PEN {
            return None;
        }
        let (number, _) = self.selector.split_first_chunk()?;
        Some(u32::from_be_bytes(*number))
    }

    /// The octets after the engine, as they were sent: the enterprise of
    /// engine 20, and the number of the application.
    #[must_use]
    pub const fn selector_octets(self) -> &'m [u8] {
        self.selector
    }

    /// The number of the application; `None` if it needs more than 64 bits.
    #[must_use]
    pub fn selector(self) -> Option<u64> {
        unsigned(self.number())
    }

    /// The octets of the number, after the enterprise if there is one.
    fn number(self) -> &'m [u8] {
        match self.enterprise_number() {
            Some(_) => self.selector.get(4..).unwrap_or_default(),
            None => self.selector,
        }
    }

    /// All that distinguishes it from others: without the zeros before its number,
    /// which may be longer than 64 bits.
    fn identity(self) -> (u8, Option<u32>, &'m [u8]) {
        let number = self.number();
        let zeros = number.iter().take_while(|octet| **octet == 0).count();
        let number = number.get(zeros..).unwrap_or_default();
        (self.engine, self.enterprise_number(), number)
    }
}

impl PartialEq for ApplicationId<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for ApplicationId<'_> {}

impl Hash for ApplicationId<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

/// `engine:selector`, with the enterprise between them if there is one.
impl fmt::Display for ApplicationId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.engine)?;
        if let Some(number) = self.enterprise_number() {
            write!(f, "{number}:")?;
        }
        match self.selector() {
            Some(selector) => write!(f, "{selector}"),
            None => super::display::hex(self.selector, f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ApplicationId;

    fn id(octets: &[u8]) -> ApplicationId<'_> {
        ApplicationId::parse(octets).unwrap()
    }

    #[test]
    fn ids_are_equal_by_engine_enterprise_and_number() {
        // RFC 6759, section 4: IANA-L4 is engine 3, PANA-L7 13, PANA-L7-PEN 20.
        for (one, other) in [
            (&[13, 0, 0, 80][..], &[13, 0, 80][..]),
            (&[13, 80], &[13, 0, 0, 0, 0, 0, 0, 0, 0, 0, 80]),
            (&[13], &[13, 0, 0]),
            (&[20, 0, 0, 0, 9, 0, 0, 1, 245], &[20, 0, 0, 0, 9, 1, 245]),
        ] {
            assert_eq!(id(one), id(other));
        }
        for (one, other) in [
            (&[13, 0, 80][..], &[3, 0, 80][..]),
            (&[13, 0, 80], &[13, 80, 0]),
            (&[20, 0, 0, 0, 9, 80], &[20, 0, 0, 9, 0, 80]),
            // Without room for an enterprise there is none.
            (&[20, 0, 0, 0, 80], &[20, 80]),
            (&[13, 1, 0, 0, 0, 0, 0, 0, 0, 80], &[13, 80]),
        ] {
            assert_ne!(id(one), id(other));
        }
    }
}
