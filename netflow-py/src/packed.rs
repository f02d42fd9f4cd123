//! Values in one piece of memory: a record of forty values takes a few hundred octets.

use core::net::IpAddr;

use crate::value::Owned;

/// A value is a tag, the length of its octets, and these.
mod tag {
    pub(super) const UNSIGNED: u8 = 0;
    pub(super) const SIGNED: u8 = 1;
    pub(super) const FLOAT: u8 = 2;
    pub(super) const FLAG: u8 = 3;
    pub(super) const ADDRESS: u8 = 4;
    pub(super) const TEXT: u8 = 5;
    pub(super) const OCTETS: u8 = 6;
    pub(super) const DIGITS: u8 = 7;
    pub(super) const TIME: u8 = 8;
    pub(super) const DURATION: u8 = 9;
    pub(super) const LIST: u8 = 10;
    pub(super) const OBJECT: u8 = 11;
}

/// In the octet of the length: the length is in the four octets after it.
const LONG: u8 = u8::MAX;

/// How deep values inside values are read. Those of records are less deep.
const DEPTH: u8 = 16;

/// A value where it is packed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packed<'a> {
    tag: u8,
    octets: &'a [u8],
}

/// Appends a value. One that is too long for a length of 32 bits, which no datagram can hold, is cut.
pub(crate) fn append(value: &Owned, out: &mut Vec<u8>) {
    let mut nested = Vec::new();
    match value {
        Owned::Unsigned(number) => put(tag::UNSIGNED, without_zeros(&number.to_be_bytes()), out),
        Owned::Signed(number) => put(tag::SIGNED, &number.to_be_bytes(), out),
        Owned::Float(number) => put(tag::FLOAT, &number.to_be_bytes(), out),
        Owned::Flag(flag) => put(tag::FLAG, &[(*flag).into()], out),
        Owned::Address(IpAddr::V4(address)) => put(tag::ADDRESS, &address.octets(), out),
        Owned::Address(IpAddr::V6(address)) => put(tag::ADDRESS, &address.octets(), out),
        Owned::Text(text) => put(tag::TEXT, text.as_bytes(), out),
        Owned::Octets(octets) => put(tag::OCTETS, octets, out),
        Owned::Digits(digits) => put(tag::DIGITS, digits.as_bytes(), out),
        Owned::Time(micros) => put(tag::TIME, &micros.to_be_bytes(), out),
        Owned::Duration(nanos) => put(tag::DURATION, &nanos.to_be_bytes(), out),
        Owned::List(values) => {
            for value in values {
                append(value, &mut nested);
            }
            put(tag::LIST, &nested, out);
        }
        Owned::Object(members) => {
            for (name, value) in members {
                put(tag::TEXT, name.as_bytes(), &mut nested);
                append(value, &mut nested);
            }
            put(tag::OBJECT, &nested, out);
        }
    }
}

fn put(tag: u8, octets: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    let octets = match u8::try_from(octets.len()) {
        Ok(len) if len != LONG => {
            out.push(len);
            octets
        }
        _ => {
            let len = u32::try_from(octets.len()).unwrap_or(u32::MAX);
            out.push(LONG);
            out.extend_from_slice(&len.to_be_bytes());
            let len = usize::try_from(len).unwrap_or(usize::MAX);
            octets.get(..len).unwrap_or(octets)
        }
    };
    out.extend_from_slice(octets);
}

fn without_zeros(mut octets: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = octets {
        octets = rest;
    }
    octets
}

/// Takes the first value; `None` if the octets are not a value.
pub(crate) fn take<'a>(octets: &mut &'a [u8]) -> Option<Packed<'a>> {
    let ([tag, len], rest) = octets.split_first_chunk()?;
    let (len, rest) = match *len {
        LONG => {
            let (len, rest) = rest.split_first_chunk()?;
            (usize::try_from(u32::from_be_bytes(*len)).ok()?, rest)
        }
        len => (len.into(), rest),
    };
    let (value, rest) = rest.split_at_checked(len)?;
    *octets = rest;
    Some(Packed {
        tag: *tag,
        octets: value,
    })
}

impl Packed<'_> {
    /// The value; `None` if the octets are none.
    pub(crate) fn value(self) -> Option<Owned> {
        self.at_depth(DEPTH)
    }

    fn at_depth(self, depth: u8) -> Option<Owned> {
        let mut octets = self.octets;
        let text = || Some(core::str::from_utf8(self.octets).ok()?.to_owned());
        Some(match self.tag {
            tag::UNSIGNED => {
                let mut number = [0; 8];
                let start = number.len().checked_sub(octets.len())?;
                number.get_mut(start..)?.copy_from_slice(octets);
                Owned::Unsigned(u64::from_be_bytes(number))
            }
            tag::SIGNED => Owned::Signed(i64::from_be_bytes(octets.try_into().ok()?)),
            tag::FLOAT => Owned::Float(f64::from_be_bytes(octets.try_into().ok()?)),
            tag::FLAG => Owned::Flag(octets == [1]),
            tag::ADDRESS => match octets.len() {
                4 => Owned::Address(IpAddr::from(<[u8; 4]>::try_from(octets).ok()?)),
                _ => Owned::Address(IpAddr::from(<[u8; 16]>::try_from(octets).ok()?)),
            },
            tag::TEXT => Owned::Text(text()?),
            tag::OCTETS => Owned::Octets(octets.to_owned()),
            tag::DIGITS => Owned::Digits(text()?),
            tag::TIME => Owned::Time(i64::from_be_bytes(octets.try_into().ok()?)),
            tag::DURATION => Owned::Duration(i64::from_be_bytes(octets.try_into().ok()?)),
            tag::LIST => {
                let depth = depth.checked_sub(1)?;
                let mut values = Vec::new();
                while !octets.is_empty() {
                    values.push(take(&mut octets)?.at_depth(depth)?);
                }
                Owned::List(values)
            }
            tag::OBJECT => {
                let depth = depth.checked_sub(1)?;
                let mut members = Vec::new();
                while !octets.is_empty() {
                    let Owned::Text(name) = take(&mut octets)?.at_depth(0)? else {
                        return None;
                    };
                    members.push((name, take(&mut octets)?.at_depth(depth)?));
                }
                Owned::Object(members)
            }
            _ => return None,
        })
    }
}
