//! Several datagrams with one call to the kernel.

use core::net::{SocketAddr, SocketAddrV4, SocketAddrV6};
use std::io::IoSliceMut;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::time::SystemTime;

use netflow_core::{Datagram, Timestamp, Transport};
use nix::errno::Errno;
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, MultiHeaders, RecvMsg, SockaddrStorage, recvmmsg,
};
use nix::sys::time::TimeSpec;

/// Datagrams received with one call at most.
pub(super) const SLOTS: usize = 32;
const NANOS: i64 = 1_000_000_000;

/// The datagrams that were received last, of one socket.
#[derive(Debug)]
pub(super) struct ReceiveBatch {
    /// The octets, `slot_len` for each slot.
    octets: Vec<u8>,
    slot_len: usize,
    slots: Vec<Slot>,
    /// The first slot that was not returned.
    next: usize,
}

/// A datagram received.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub(super) exporter: SocketAddr,
    pub(super) received: Timestamp,
    pub(super) len: usize,
    /// Whether it is longer than its slot, so that its end is lost.
    pub(super) is_cut: bool,
}

/// What a call received.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Received {
    pub(super) datagrams: usize,
    /// The kernel's count of datagrams dropped since the socket was opened; it comes with
    /// datagrams once there was one.
    pub(super) dropped: Option<u32>,
}

impl ReceiveBatch {
    /// A batch with room for datagrams up to this length.
    pub(super) fn new(max_message: usize) -> Self {
        // A zero-length datagram needs a slot too.
        let slot_len = max_message.max(1);
        Self {
            octets: vec![0; slot_len.saturating_mul(SLOTS)],
            slot_len,
            slots: Vec::with_capacity(SLOTS),
            next: 0,
        }
    }

    /// The next slot that was not returned yet.
    pub(super) fn take(&mut self) -> Option<(usize, Slot)> {
        let index = self.next;
        let slot = *self.slots.get(index)?;
        self.next = index.saturating_add(1);
        Some((index, slot))
    }

    /// The octets of a datagram.
    pub(super) fn payload(&self, index: usize) -> &[u8] {
        let start = index.saturating_mul(self.slot_len);
        let len = self.slots.get(index).map_or(0, |slot| slot.len);
        let octets = self.octets.get(start..).unwrap_or_default();
        octets.get(..len).unwrap_or_default()
    }

    /// The datagram of a slot.
    pub(super) fn datagram(&self, index: usize, slot: &Slot) -> Datagram<'_> {
        let payload = self.payload(index);
        Datagram::new(slot.exporter, Transport::Udp, slot.received, payload)
    }

    /// Receives the datagrams that wait, without blocking. They replace those received before.
    pub(super) fn receive(&mut self, socket: &UdpSocket) -> Result<Received, Errno> {
        self.slots.clear();
        self.next = 0;
        let mut places = self.octets.chunks_exact_mut(self.slot_len);
        let mut places: [[IoSliceMut<'_>; 1]; SLOTS] =
            core::array::from_fn(|_| [IoSliceMut::new(places.next().unwrap_or_default())]);
        // Made anew for each call: the kernel shortens the room for control messages to what the
        // last datagram needed, and recvmmsg of nix 0.31 does not restore it, so the count of
        // drops, which is absent until there is one, would never fit.
        let control = nix::cmsg_space!(TimeSpec, u32);
        let mut headers = MultiHeaders::<SockaddrStorage>::preallocate(SLOTS, Some(control));
        let flags = MsgFlags::MSG_DONTWAIT;
        let messages = recvmmsg(socket.as_raw_fd(), &mut headers, &mut places, flags, None)?;
        let mut received = Received::default();
        for message in messages {
            let (slot, dropped) = slot(&message);
            received.dropped = dropped.or(received.dropped);
            received.datagrams = received.datagrams.saturating_add(1);
            self.slots.push(slot);
        }
        Ok(received)
    }
}

/// The slot and the drop count that the kernel reports with a datagram.
fn slot(message: &RecvMsg<'_, '_, SockaddrStorage>) -> (Slot, Option<u32>) {
    let (mut received, mut dropped) = (None, None);
    for control in message.cmsgs().into_iter().flatten() {
        match control {
            ControlMessageOwned::ScmTimestampns(time) => {
                let seconds = time.tv_sec().saturating_mul(NANOS);
                let nanos = seconds.saturating_add(time.tv_nsec());
                received = Some(Timestamp::from_nanos(nanos));
            }
            ControlMessageOwned::RxqOvfl(count) => dropped = Some(count),
            _ => {}
        }
    }
    let exporter = message.address.as_ref().and_then(address);
    let unnamed = SocketAddr::V4(SocketAddrV4::new(core::net::Ipv4Addr::UNSPECIFIED, 0));
    let slot = Slot {
        exporter: exporter.unwrap_or(unnamed),
        received: received.unwrap_or_else(|| Timestamp::from_system_time(SystemTime::now())),
        len: message.bytes,
        is_cut: message.flags.contains(MsgFlags::MSG_TRUNC),
    };
    (slot, dropped)
}

/// The address of a peer; an IPv4 peer has an IPv4 address even on an IPv6 socket.
fn address(storage: &SockaddrStorage) -> Option<SocketAddr> {
    if let Some(address) = storage.as_sockaddr_in() {
        return Some(SocketAddrV4::from(*address).into());
    }
    let address = SocketAddrV6::from(*storage.as_sockaddr_in6()?);
    Some(canonical(address.into()))
}

/// IPv4-mapped addresses as IPv4.
pub(super) fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        ip if ip == address.ip() => address,
        ip => SocketAddr::new(ip, address.port()),
    }
}
