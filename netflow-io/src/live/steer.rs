//! Which worker an exporter belongs to, in the kernel and here.

use core::net::IpAddr;
use std::io;
use std::os::fd::AsFd;

use nix::sys::socket::{setsockopt, sockopt};

/// An odd number with no pattern in its bits: 2^32 divided by the golden ratio.
const MULTIPLIER: u32 = 0x9e37_79b1;

/// The worker, from 0, that receives datagrams from this address, if there are `workers` workers.
///
/// The kernel distributes by the same rule, so the state of exporters that is loaded from a file
/// can go to the worker that will need it.
///
/// ```
/// use netflow_io::live::worker_of;
///
/// let address = "192.0.2.1".parse().unwrap();
/// assert!(worker_of(address, 4) < 4);
/// assert_eq!(worker_of(address, 4), worker_of("::ffff:192.0.2.1".parse().unwrap(), 4));
/// assert_eq!(worker_of(address, 1), 0);
/// ```
#[must_use]
pub fn worker_of(address: IpAddr, workers: usize) -> usize {
    let word = match address.to_canonical() {
        IpAddr::V4(address) => address.to_bits(),
        IpAddr::V6(address) => {
            let octets = address.octets();
            let words = octets
                .chunks_exact(4)
                .filter_map(|word| word.first_chunk::<4>());
            words.fold(0, |all, word| all ^ u32::from_be_bytes(*word))
        }
    };
    let hash = word.wrapping_mul(MULTIPLIER) >> 16;
    let workers = u32::try_from(workers).unwrap_or(u32::MAX);
    let worker = hash.checked_rem(workers).unwrap_or(0);
    usize::try_from(worker).unwrap_or(0)
}

/// Lets the kernel choose among the sockets of a port (`SO_REUSEPORT`) by [`worker_of`]. The
/// sockets count in the order in which they were bound.
pub(super) fn attach(socket: impl AsFd, workers: usize) -> io::Result<()> {
    let mut program = program(u32::try_from(workers).unwrap_or(u32::MAX));
    let program = libc::sock_fprog {
        len: u16::try_from(program.len()).unwrap_or(0),
        filter: program.as_mut_ptr(),
    };
    setsockopt(&socket, sockopt::AttachReusePortCbpf, &program)?;
    Ok(())
}

/// Offsets from here are from the network header (`SKF_NET_OFF` in `linux/filter.h`, -0x100000).
const NETWORK: u32 = 0xfff0_0000;
/// Where an IPv4 header has its source address (RFC 791).
const IPV4_SOURCE: u32 = 12;
/// Where an IPv6 header has its source address (RFC 8200).
const IPV6_SOURCE: u32 = 8;

/// The instructions of classic BPF, as `linux/bpf_common.h` and `linux/filter.h` number them.
mod code {
    pub(super) const LOAD_WORD: u16 = 0x20;
    pub(super) const LOAD_OCTET: u16 = 0x30;
    pub(super) const A_TO_X: u16 = 0x07;
    pub(super) const XOR_X: u16 = 0xac;
    pub(super) const MULTIPLY: u16 = 0x24;
    pub(super) const SHIFT_RIGHT: u16 = 0x74;
    pub(super) const MODULO: u16 = 0x94;
    pub(super) const JUMP: u16 = 0x05;
    pub(super) const JUMP_IF_EQUAL: u16 = 0x15;
    pub(super) const RETURN_A: u16 = 0x16;
}

/// [`worker_of`] as a program for the kernel.
fn program(workers: u32) -> [libc::sock_filter; 19] {
    let at = |offset: u32| NETWORK.wrapping_add(offset);
    let do_with = |code: u16, k: u32| libc::sock_filter {
        code,
        jt: 0,
        jf: 0,
        k,
    };
    let is_ipv6 = libc::sock_filter {
        code: code::JUMP_IF_EQUAL,
        jt: 2,
        jf: 0,
        k: 6,
    };
    [
        do_with(code::LOAD_OCTET, at(0)),
        do_with(code::SHIFT_RIGHT, 4),
        is_ipv6,
        do_with(code::LOAD_WORD, at(IPV4_SOURCE)),
        do_with(code::JUMP, 10),
        do_with(code::LOAD_WORD, at(IPV6_SOURCE)),
        do_with(code::A_TO_X, 0),
        do_with(code::LOAD_WORD, at(IPV6_SOURCE.wrapping_add(4))),
        do_with(code::XOR_X, 0),
        do_with(code::A_TO_X, 0),
        do_with(code::LOAD_WORD, at(IPV6_SOURCE.wrapping_add(8))),
        do_with(code::XOR_X, 0),
        do_with(code::A_TO_X, 0),
        do_with(code::LOAD_WORD, at(IPV6_SOURCE.wrapping_add(12))),
        do_with(code::XOR_X, 0),
        do_with(code::MULTIPLY, MULTIPLIER),
        do_with(code::SHIFT_RIGHT, 16),
        do_with(code::MODULO, workers.max(1)),
        do_with(code::RETURN_A, 0),
    ]
}
