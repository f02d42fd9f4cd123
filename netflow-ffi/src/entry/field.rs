//! Fields of flows by their numbers, for programs that cannot use the macros of the header.

use core::ffi::c_char;

use netflow_core::field::{FieldType, FlowField};
use netflow_core::value::{MacAddress, Text};
use netflow_core::{ApplicationId, FlowValue, Timestamp};

use super::call;
use crate::c_types::{
    netflow_address, netflow_application, netflow_mac, netflow_numbers, netflow_octets,
    netflow_text,
};
use crate::field_info::netflow_field_info;
use crate::flow::{MEMBER_OFFSETS, field_bits, netflow_flow};
use crate::pointer::{self, OutputStruct};
use crate::result::{Failure, netflow_result};
use crate::static_text;

const UNKNOWN: Failure = Failure::Argument(netflow_result::NETFLOW_ERROR_UNKNOWN, "field");
const ABSENT: Failure = Failure::Argument(netflow_result::NETFLOW_ERROR_ABSENT, "field");
const TYPE: Failure = Failure::Argument(netflow_result::NETFLOW_ERROR_TYPE, "field");
const SPACE: Failure = Failure::Argument(netflow_result::NETFLOW_ERROR_SPACE, "text");

/// The number of the field of a flow that has this name: a `netflow_flow_field`, or less than 0, such
/// as NETFLOW_ERROR_UNKNOWN.
///
/// # Safety
///
/// `name` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_field_by_name(name: *const c_char) -> i32 {
    let mut number = 0;
    let result = call(|| {
        // SAFETY: as the caller promises.
        let name = unsafe { pointer::string(name, "name of the field") }?;
        let index = FlowField::ALL.iter().position(|field| field.name() == name);
        let index = index.and_then(|index| i32::try_from(index).ok());
        number = index.ok_or(UNKNOWN)?;
        Ok(netflow_result::NETFLOW_OK)
    });
    match result {
        netflow_result::NETFLOW_OK => number,
        error => error as i32,
    }
}

/// The name of a field of a flow, by its `netflow_flow_field`; of length 0 if there is no such field.
/// The text is always valid and ends in NUL.
#[unsafe(no_mangle)]
pub extern "C" fn netflow_field_name(field: u32) -> netflow_text {
    known(field).map_or(netflow_text::NONE, |field| static_text::text(field.name()))
}

/// The number of fields that flows can have: their numbers are less.
#[unsafe(no_mangle)]
pub extern "C" fn netflow_field_count() -> u32 {
    u32::try_from(FlowField::ALL.len()).unwrap_or(u32::MAX)
}

/// Describes a field of a flow: its name, its type, and where its member is in `netflow_flow`. `size` is
/// `sizeof(netflow_field_info)`.
///
/// # Safety
///
/// `info` is NULL, or `size` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_field_by_number(
    field: u32,
    info: *mut netflow_field_info,
    size: usize,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let output = unsafe { OutputStruct::new(info, size, "info") }?;
        output.write(netflow_field_info::of(field).ok_or(UNKNOWN)?);
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Asks for a field, as `NETFLOW_ADD` does: `fields` is the member of `netflow_options` or
/// `netflow_arrow_options`. After the first call only the requested fields are filled.
///
/// # Safety
///
/// `fields` is NULL or points to two numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_field_add(fields: *mut u64, field: u32) -> netflow_result {
    call(|| {
        let fields = fields.cast::<[u64; 2]>();
        // SAFETY: as the caller promises.
        let mut asked = unsafe { pointer::get(fields, "fields") }?;
        if field >= netflow_field_count() {
            return Err(UNKNOWN);
        }
        let (word, bit) = field_bits::of_number(field);
        *asked.get_mut(word).ok_or(UNKNOWN)? |= bit;
        // SAFETY: as the caller promises.
        unsafe { pointer::set(fields, asked, "fields") }?;
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Whether a flow has a field, as `NETFLOW_HAS` says: 1 if it has, 0 if not or if there is no such field.
///
/// # Safety
///
/// `flow` is NULL or points to a flow that this library wrote.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_flow_has(flow: *const netflow_flow, field: u32) -> i32 {
    let has = call(|| {
        // SAFETY: as the caller promises.
        unsafe { place(flow, field) }?;
        Ok(netflow_result::NETFLOW_OK)
    });
    (has == netflow_result::NETFLOW_OK).into()
}

/// Reads a number or a flag of a flow by the number of its field; NETFLOW_ERROR_ABSENT if the flow does
/// not have it, NETFLOW_ERROR_TYPE if it is not an unsigned number.
///
/// # Safety
///
/// `flow` is NULL or points to a flow that this library wrote. `number` is NULL, or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_flow_u64(
    flow: *const netflow_flow,
    field: u32,
    number: *mut u64,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let value = match unsafe { member(flow, field) }? {
            Member::Value(FlowValue::Unsigned(value)) => value,
            Member::Value(FlowValue::Flag(flag)) => flag.into(),
            _ => return Err(TYPE),
        };
        // SAFETY: as the caller promises.
        unsafe { pointer::set(number, value, "number") }?;
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Reads a time (nanoseconds since 1970) or a duration (nanoseconds) of a flow by the number of its
/// field; NETFLOW_ERROR_ABSENT if the flow does not have it, NETFLOW_ERROR_TYPE if it is neither.
///
/// # Safety
///
/// `flow` is NULL or points to a flow that this library wrote. `nanoseconds` is NULL, or may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_flow_i64(
    flow: *const netflow_flow,
    field: u32,
    nanoseconds: *mut i64,
) -> netflow_result {
    call(|| {
        // SAFETY: as the caller promises.
        let value = match unsafe { member(flow, field) }? {
            Member::Value(FlowValue::Time(time)) => time.as_nanos(),
            Member::Value(FlowValue::Duration(nanos)) => nanos,
            _ => return Err(TYPE),
        };
        // SAFETY: as the caller promises.
        unsafe { pointer::set(nanoseconds, value, "nanoseconds") }?;
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Writes any field of a flow as NUL-terminated text, as the command writes it in CSV: addresses as
/// usual, times of RFC 3339, durations in nanoseconds, octets in hex. NETFLOW_ERROR_ABSENT if the flow
/// does not have it, NETFLOW_ERROR_SPACE if it does not fit.
///
/// # Safety
///
/// `flow` is NULL or points to a flow that this library wrote, and what it points to is still valid.
/// `text` is NULL, or `capacity` octets may be written there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netflow_flow_text(
    flow: *const netflow_flow,
    field: u32,
    text: *mut c_char,
    capacity: usize,
) -> netflow_result {
    call(|| {
        pointer::check(text, "text")?;
        // SAFETY: as the caller promises.
        let written = unsafe { member(flow, field) }?.to_string();
        if written.len() >= capacity {
            return Err(SPACE);
        }
        // SAFETY: as the caller promises.
        unsafe { super::write_text(&written, text, capacity) };
        Ok(netflow_result::NETFLOW_OK)
    })
}

/// Where the member of a field is, which the flow has.
///
/// # Safety
///
/// `flow` is NULL or points to a flow that this library wrote: of a program that knows fewer fields, no
/// others are present.
unsafe fn place(flow: *const netflow_flow, field: u32) -> Result<*const u8, Failure> {
    // SAFETY: the bits of what is present come first.
    let present: [u64; 2] = unsafe { pointer::get(flow.cast(), "flow") }?;
    let index = usize::try_from(field).unwrap_or(usize::MAX);
    let offset = *MEMBER_OFFSETS.get(index).ok_or(UNKNOWN)?;
    if !field_bits::is_set(&present, field) {
        return Err(ABSENT);
    }
    // SAFETY: the flow has the field, so the member is within it.
    Ok(unsafe { flow.cast::<u8>().add(offset) })
}

/// The member of a field.
enum Member<'a> {
    Value(FlowValue<'a>),
    /// What the struct holds in another form than the decoder, as text.
    Text(String),
}

impl core::fmt::Display for Member<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Value(value) => value.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

/// The value of a field that the flow has.
///
/// # Safety
///
/// As for [`place`], and what the member points to is valid.
unsafe fn member<'a>(flow: *const netflow_flow, field: u32) -> Result<Member<'a>, Failure> {
    // SAFETY: as the caller promises.
    let place = unsafe { place(flow, field) }?;
    /// Reads a member of a type.
    macro_rules! read {
        ($type:ty) => {
            // SAFETY: the library wrote a member of this type there. Rows need not be aligned.
            unsafe { place.cast::<$type>().read_unaligned() }
        };
    }
    /// What a member points to.
    macro_rules! items {
        ($pointer:expr, $count:expr) => {
            // SAFETY: as the caller promises.
            unsafe { pointer::items($pointer, $count, "member of the flow") }?
        };
    }
    Ok(Member::Value(match known(field)?.field_type() {
        FieldType::U8 => read!(u8).into(),
        FieldType::U16 => read!(u16).into(),
        FieldType::U32 => read!(u32).into(),
        FieldType::U64 => read!(u64).into(),
        // As a number: an octet that is neither 0 nor 1 is not a valid `bool`.
        FieldType::Flag => (read!(u8) != 0).into(),
        FieldType::Address => read!(netflow_address).address().ok_or(ABSENT)?.into(),
        FieldType::Mac => MacAddress(read!(netflow_mac).octets).into(),
        FieldType::Time => Timestamp::from_nanos(read!(i64)).into(),
        FieldType::Duration => FlowValue::Duration(read!(i64)),
        FieldType::Text | FieldType::Name => {
            let member = read!(netflow_text);
            let octets = items!(member.data.cast::<u8>(), member.len);
            FlowValue::Text(Text::new(octets))
        }
        FieldType::Octets => {
            let member = read!(netflow_octets);
            FlowValue::Octets(items!(member.data, member.len))
        }
        FieldType::Application => {
            let member = read!(netflow_application);
            let octets = items!(member.octets.data, member.octets.len);
            let whole = [&[member.engine], octets].concat();
            let id = ApplicationId::parse(&whole).ok_or(ABSENT)?;
            return Ok(Member::Text(id.to_string()));
        }
        FieldType::Numbers => {
            let member = read!(netflow_numbers);
            let numbers = items!(member.data, member.count);
            let texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
            return Ok(Member::Text(texts.join(" ")));
        }
        _ => return Err(TYPE),
    }))
}

fn known(field: u32) -> Result<FlowField, Failure> {
    let index = usize::try_from(field).unwrap_or(usize::MAX);
    FlowField::ALL.get(index).copied().ok_or(UNKNOWN)
}
