//! One thread that receives for all workers, where the kernel cannot distribute.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use std::io;
use std::sync::Mutex;
use std::sync::mpsc::{
    Receiver as Queue, RecvTimeoutError, SyncSender, TrySendError, sync_channel,
};
use std::thread;

use netflow_core::{Datagram, Timestamp, Transport};

use super::counters::Counters;
use super::options::LiveOptions;
use super::receiver::Receiver;
use super::steer::worker_of;
use crate::arrivals::Arrival;

/// Maximum exporters whose drops are counted separately: a flood of spoofed addresses must not fill the memory.
const DROPPING: usize = 1_024;

/// Datagrams dropped because the queue of their worker was full, by exporter.
#[derive(Debug, Default)]
pub(super) struct QueueDrops(Mutex<BTreeMap<IpAddr, u64>>);

impl QueueDrops {
    fn add(&self, exporter: IpAddr) {
        let Ok(mut drops) = self.0.lock() else {
            return;
        };
        if let Some(count) = drops.get_mut(&exporter) {
            *count = count.saturating_add(1);
        } else if drops.len() < DROPPING {
            drops.insert(exporter, 1);
        }
    }

    /// The counts, in the order of the addresses.
    pub(super) fn counts(&self) -> Vec<(IpAddr, u64)> {
        let Ok(drops) = self.0.lock() else {
            return Vec::new();
        };
        drops
            .iter()
            .map(|(exporter, count)| (*exporter, *count))
            .collect()
    }
}

/// An arrival on its way to its worker.
#[derive(Debug)]
enum Passed {
    Datagram(OwnedDatagram),
    SessionEnded(SocketAddr),
}

#[derive(Debug)]
struct OwnedDatagram {
    exporter: SocketAddr,
    transport: Transport,
    received: Timestamp,
    payload: Box<[u8]>,
}

/// The end of a queue: the source of one worker.
#[derive(Debug)]
pub(super) struct QueueSource {
    queue: Queue<Passed>,
    /// What was returned last.
    last: Option<OwnedDatagram>,
    idle: Duration,
}

/// Starts a thread that receives and passes everything on to the worker of its exporter. It counts in what is
/// returned, and by exporter in `drops`.
pub(super) fn distribute(
    receiver: Receiver,
    workers: usize,
    options: &LiveOptions,
    drops: &Arc<QueueDrops>,
) -> io::Result<(Vec<QueueSource>, Arc<Counters>)> {
    let counters = Arc::new(Counters::default());
    let (mut senders, mut sources) = (Vec::new(), Vec::new());
    for _ in 0..workers {
        let (sender, queue) = sync_channel(options.queue.max(1));
        senders.push(sender);
        sources.push(QueueSource {
            queue,
            last: None,
            idle: options.idle,
        });
    }
    let (counted, drops) = (Arc::clone(&counters), Arc::clone(drops));
    thread::Builder::new()
        .name("receive".to_owned())
        .spawn(move || pass_on(receiver, &senders, &counted, &drops))?;
    Ok((sources, counters))
}

fn pass_on(
    mut receiver: Receiver,
    queues: &[SyncSender<Passed>],
    counters: &Counters,
    drops: &QueueDrops,
) {
    // After an error the sources end.
    while let Some(Ok(arrival)) = receiver.next_arrival() {
        match arrival {
            Arrival::Datagram(datagram) => {
                let Some(queue) = queues.get(worker_of(datagram.exporter.ip(), queues.len()))
                else {
                    continue;
                };
                let passed = Passed::Datagram(OwnedDatagram::from(datagram));
                // A stream waits, and with it its exporter; a datagram is lost.
                let is_lost = match datagram.transport {
                    Transport::Udp => matches!(queue.try_send(passed), Err(TrySendError::Full(_))),
                    Transport::Stream | Transport::File => queue.send(passed).is_err(),
                };
                if is_lost {
                    counters.queue_drops.add(1);
                    drops.add(datagram.exporter.ip());
                }
            }
            Arrival::SessionEnded(peer) => {
                if let Some(queue) = queues.get(worker_of(peer.ip(), queues.len())) {
                    let _ = queue.send(Passed::SessionEnded(peer));
                }
            }
            Arrival::Idle => {}
        }
    }
}

impl From<Datagram<'_>> for OwnedDatagram {
    fn from(datagram: Datagram<'_>) -> Self {
        Self {
            exporter: datagram.exporter,
            transport: datagram.transport,
            received: datagram.received,
            payload: datagram.payload.into(),
        }
    }
}

impl QueueSource {
    pub(super) const fn set_idle(&mut self, idle: Duration) {
        self.idle = idle;
    }

    pub(super) fn next_arrival(&mut self) -> Option<Arrival<'_>> {
        match self.queue.recv_timeout(self.idle) {
            Ok(Passed::Datagram(datagram)) => {
                let datagram = self.last.insert(datagram);
                Some(Arrival::Datagram(Datagram::new(
                    datagram.exporter,
                    datagram.transport,
                    datagram.received,
                    &datagram.payload,
                )))
            }
            Ok(Passed::SessionEnded(peer)) => Some(Arrival::SessionEnded(peer)),
            Err(RecvTimeoutError::Timeout) => Some(Arrival::Idle),
            Err(RecvTimeoutError::Disconnected) => None,
        }
    }
}
