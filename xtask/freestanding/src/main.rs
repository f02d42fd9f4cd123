//! Proof that netflow-core needs neither std nor an allocator nor a C library.
//!
//! A program with a start, a panic handler and nothing below it: if any dependency
//! linked std, its panic handler would be a second one (E0152); if any allocated, an
//! allocator would be missing. It decodes one message of each kind and exits with 0, with
//! the number of the check that failed, or with 101 after a panic.
//!
//! This is not part of the library, and the only place outside the C crate that leaves safe
//! Rust: a program without a C library has to begin and end in assembly, and has to bring
//! the four functions on memory that compilers take for granted. It is for Linux on x86-64.
#![no_std]
#![no_main]

mod start;

use core::net::Ipv4Addr;
use core::panic::PanicInfo;

use netflow_core::value;
use netflow_core::wire::record::Records;
use netflow_core::wire::set::{Dialect, Sets};
use netflow_core::wire::sflow::{Datagram, SampleKind};
use netflow_core::wire::template::TemplateRecords;
use netflow_core::wire::{ipfix, message, v5};
use netflow_core::{Error, Protocol};

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    start::fail()
}

/// The status to exit with.
extern "C" fn main() -> u8 {
    for (number, check) in (1..).zip([netflow_v5, ipfix, sflow, errors]) {
        if check() != Ok(true) {
            return number;
        }
    }
    0
}

/// NetFlow v5: a header that counts one record, and the record.
fn netflow_v5() -> Result<bool, Error> {
    let mut octets = [0; v5::Header::LEN + v5::Record::LEN];
    octets[..4].copy_from_slice(&[0, 5, 0, 1]);
    octets[24..32].copy_from_slice(&[192, 0, 2, 1, 198, 51, 100, 7]);
    octets[24 + 16..24 + 24].copy_from_slice(&[0, 0, 0, 9, 0, 1, 0xe2, 0x40]);
    octets[24 + 34..24 + 36].copy_from_slice(&[0x01, 0xbb]);
    let message = v5::Message::parse(&octets, 0)?;
    let [record] = message.records() else {
        return Ok(false);
    };
    Ok(message::protocol(&octets, 0)? == Protocol::NetflowV5
        && message.fault().is_none()
        && record.source_address() == Ipv4Addr::new(192, 0, 2, 1)
        && record.destination_address() == Ipv4Addr::new(198, 51, 100, 7)
        && (record.packets(), record.octets()) == (9, 123_456)
        && record.destination_port() == 443)
}

/// IPFIX: a template and a data set of two records with a field of variable length, read by
/// the borrowed template.
fn ipfix() -> Result<bool, Error> {
    const OCTETS: [u8; 56] = [
        0, 10, 0, 56, 0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7, // header, domain 7
        0, 2, 0, 20, 1, 0, 0, 3, 0, 8, 0, 4, 0, 1, 0, 8, 0, 82, 0xff, 0xff, // template 256
        1, 0, 0, 20, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 5, 0xdc, 3, b'l', b'a', b'n', // data
    ];
    let (header, sets) = ipfix::Header::parse(&OCTETS, 0)?;
    let mut sets = Sets::new(sets, ipfix::Header::LEN);
    let (Some(templates), Some(data), None) = (sets.next(), sets.next(), sets.next()) else {
        return Ok(false);
    };
    let (templates, data) = (templates?, data?);
    let mut templates = TemplateRecords::new(
        templates.body(),
        templates.body_offset(),
        Dialect::IPFIX,
        false,
    );
    let Some(template) = templates.next() else {
        return Ok(false);
    };
    let template = template?;
    let mut records = Records::new(data.body(), &template);
    let (Some(record), None) = (records.next(), records.next()) else {
        return Ok(false);
    };
    let mut fields = record.fields().map(|field| field.octets);
    Ok(header.observation_domain_id() == 7
        && (template.id(), template.field_count()) == (data.id(), 3)
        && fields.next() == Some(&[10, 0, 0, 1])
        && fields.next().and_then(value::unsigned) == Some(1500)
        && fields.next() == Some(b"lan")
        && fields.next().is_none())
}

/// sFlow: a flow sample with the VLANs of its packet.
fn sflow() -> Result<bool, Error> {
    const WORDS: [u32; 23] = [
        5, 1, 0xc0000201, 0, 7, 1000, 1, // header: 192.0.2.1, one sample
        1, 56, 42, 3, 512, 5120, 0, 3, 4, 1, // flow sample, one record
        1001, 16, 100, 0, 200, 0, // extended_switch
    ];
    let octets = WORDS.map(u32::to_be_bytes);
    let datagram = Datagram::parse(octets.as_flattened())?;
    let mut found = 0;
    for sample in datagram.samples() {
        let SampleKind::Flow(flow) = sample?.kind()? else {
            return Ok(false);
        };
        for record in flow.records() {
            let vlans = record?
                .as_extended_switch()
                .map(|switch| (switch.src_vlan(), switch.dst_vlan()));
            if (flow.sampling_rate(), vlans) == (512, Some((100, 200))) {
                found += 1;
            }
        }
    }
    Ok(datagram.sequence_number() == 7 && found == 1)
}

/// What cannot be read says where.
fn errors() -> Result<bool, Error> {
    let short = v5::Message::parse(&[0, 5, 0, 1], 100);
    Ok(short.is_err_and(|error| error.offset == 100 && error.kind.code() == "cut"))
}
