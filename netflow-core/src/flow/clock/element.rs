//! The Information Elements that carry a start or an end.

use crate::template::Slot;

/// An element that carries the start or the end of a flow, named as in the registry without
/// `flowStart` and `flowEnd` (RFC 7011, sections 6.1.7 to 6.1.10; RFC 5102, section 5.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeElement {
    /// flowStartNanoseconds, flowEndNanoseconds (156, 157): an NTP time.
    Nanoseconds,
    /// flowStartMicroseconds, flowEndMicroseconds (154, 155): an NTP time.
    Microseconds,
    /// flowStartMilliseconds, flowEndMilliseconds (152, 153): since 1970.
    Milliseconds,
    /// flowStartSeconds, flowEndSeconds (150, 151): since 1970.
    Seconds,
    /// flowStartSysUpTime, flowEndSysUpTime (22, 21): milliseconds of uptime.
    SysUpTime,
    /// flowStartDeltaMicroseconds, flowEndDeltaMicroseconds (158, 159): before the time of
    /// the header.
    DeltaMicroseconds,
    /// observationTimeNanoseconds (325): an NTP time.
    ObservationNanoseconds,
    /// observationTimeMicroseconds (324): an NTP time.
    ObservationMicroseconds,
    /// observationTimeMilliseconds (323): since 1970.
    ObservationMilliseconds,
    /// observationTimeSeconds (322): since 1970.
    ObservationSeconds,
    /// flowStartTime, flowEndTime of Juniper (2636/101, 102; the definitions of jnpr-dpi-reporter):
    /// seconds since 1970, where they are near the time of the header.
    VendorSeconds,
}

impl TimeElement {
    /// The element at this place of a template, by its place in the lists of
    /// [`Ingredient::Start`](crate::field::Ingredient) and `End`; `None` if the template has
    /// none.
    #[inline]
    pub(super) const fn of(slot: Slot) -> Option<Self> {
        Self::at(slot.candidate)
    }

    /// The element of this place in the lists.
    #[inline]
    pub(super) const fn at(candidate: u8) -> Option<Self> {
        Some(match candidate {
            0 => Self::Nanoseconds,
            1 => Self::Microseconds,
            2 => Self::Milliseconds,
            3 => Self::Seconds,
            4 => Self::SysUpTime,
            5 => Self::DeltaMicroseconds,
            6 => Self::ObservationNanoseconds,
            7 => Self::ObservationMicroseconds,
            8 => Self::ObservationMilliseconds,
            9 => Self::ObservationSeconds,
            10 => Self::VendorSeconds,
            _ => return None,
        })
    }

    /// Whether zero is a time: that of the start of the exporter, or of the header.
    pub(super) const fn may_be_zero(self) -> bool {
        matches!(self, Self::SysUpTime | Self::DeltaMicroseconds)
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::TimeElement;
    use crate::element;
    use crate::field::Ingredient;
    use crate::template::Slot;

    #[test]
    fn each_element_stands_where_its_name_does() {
        for ingredient in [Ingredient::Start, Ingredient::End] {
            for (candidate, id) in (0..).zip(ingredient.elements()) {
                let name = element::get(*id).unwrap().name;
                if id.enterprise_number != 0 {
                    assert!(name.starts_with("flow") && name.ends_with("Time"));
                    assert_eq!(TimeElement::at(candidate), Some(TimeElement::VendorSeconds));
                    continue;
                }
                let name = match name.strip_prefix("observationTime") {
                    Some(unit) => format!("Observation{unit}"),
                    None => name.replace("flowStart", "").replace("flowEnd", ""),
                };
                let slot = Slot {
                    candidate,
                    ..Slot::ABSENT
                };
                assert_eq!(format!("{:?}", TimeElement::of(slot).unwrap()), name);
            }
        }
        assert_eq!(TimeElement::of(Slot::ABSENT), None);
    }
}
