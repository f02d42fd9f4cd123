//! What is written reads as the core writes it.

use core::net::IpAddr;

use netflow_core::Timestamp;
use netflow_core::value::{MacAddress, Value};

use super::Room;

fn written(write: impl FnOnce(&mut Room) -> usize) -> String {
    let mut room = Room::default();
    let end = write(&mut room);
    String::from_utf8(room.text(0, end).to_vec()).unwrap()
}

#[test]
fn numbers_of_every_length_are_written_in_full() {
    let mut power = 1_u64;
    loop {
        for number in [power - 1, power, power + 1, power.saturating_mul(9) / 2] {
            assert_eq!(written(|room| room.number(0, number)), number.to_string());
        }
        let Some(next) = power.checked_mul(10) else {
            break;
        };
        power = next;
    }
    assert_eq!(
        written(|room| room.number(0, u64::MAX)),
        u64::MAX.to_string()
    );
}

#[test]
fn addresses_are_written_as_the_core_writes_them() {
    let mut seed = 1_u64;
    let mut addresses: Vec<IpAddr> = [
        "0.0.0.0",
        "255.255.255.255",
        "10.1.99.100",
        "::",
        "::1",
        "1::",
    ]
    .map(|text| text.parse().unwrap())
    .to_vec();
    for _ in 0..20_000 {
        // Groups of zeros and short ones are as frequent as long ones.
        let groups = core::array::from_fn::<u16, 8, _>(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let number = (seed >> 40) as u16;
            number.checked_shr((seed >> 56) as u32 % 32).unwrap_or(0)
        });
        addresses.push(IpAddr::from(groups));
        addresses.push(IpAddr::from((seed as u32).to_be_bytes()));
    }
    for address in addresses {
        let text = Value::Address(address).to_string();
        assert_eq!(written(|room| room.address(0, address)), text);
    }
}

#[test]
fn mac_addresses_are_six_pairs_of_digits() {
    let address = MacAddress([0, 0x1b, 0xff, 9, 0xa0, 1]);
    assert_eq!(written(|room| room.mac(0, address)), "00:1b:ff:09:a0:01");
}

#[test]
fn times_are_written_as_the_core_writes_them() {
    // Some 190 years in steps that meet every month, hour and length of fraction.
    let mut nanos = -3_000_000_000_000_000_000_i64;
    while nanos < 3_000_000_000_000_000_000 {
        for fraction in [0, 250_000_000, 123_456_000, 1] {
            let time = Timestamp::from_nanos(nanos + fraction);
            let text = time.to_string();
            assert_eq!(written(|room| room.time(0, time, None)), text);
            let quoted = written(|room| room.time(0, time, Some(b'"')));
            assert_eq!(quoted, format!("{text}\""));
        }
        nanos += 86_399_000_000_000 * 7;
    }
}
