//! Messages sent on as IPFIX.

use core::cell::RefCell;
use core::ffi::{c_int, c_void};

use netflow_core::encode::{Relay, RelayLimits, RelayStats};

use crate::options::{lifetime, nanos, or_default};
use crate::pointer::FromOctets;
use crate::result::Failure;

/// Sends one message of IPFIX. Anything but 0 that it returns stops: the message counts as not sent. It must
/// not use the relay or the decoder.
pub type netflow_send_callback =
    Option<unsafe extern "C" fn(octets: *const u8, len: usize, user: *mut c_void) -> c_int>;

/// Bits of `netflow_relay_options.flags`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_relay_flag {
    /// Records do not name the exporter that they came from.
    NETFLOW_RELAY_WITHOUT_ORIGIN = 1,
}

/// The limits of a relay. A number that is 0 stands for its default, which
/// `netflow_relay_options_init` fills in.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_relay_options {
    /// `sizeof(netflow_relay_options)`.
    pub size: usize,
    /// Maximum octets of a message, at most 65,535. Default 1400, for UDP.
    pub message_octets: usize,
    /// Maximum observation domains that are followed; a further one replaces the one that has been silent
    /// for longest. Default 4096.
    pub domains: usize,
    /// Nanoseconds after which a template is sent again with the next record by it, or NETFLOW_NEVER, for
    /// TCP and files. Default 5 minutes.
    pub template_refresh: i64,
    /// Maximum templates of one domain, 128 to 65,535. Default 1024.
    pub templates: u32,
    /// Maximum nesting of lists, at most 255. Default 4.
    pub list_depth: u32,
    /// Bits of `netflow_relay_flag`.
    pub flags: u32,
    /// 0.
    pub reserved: u32,
}

// SAFETY: its members are numbers.
unsafe impl FromOctets for netflow_relay_options {}

impl Default for netflow_relay_options {
    fn default() -> Self {
        let limits = RelayLimits::default();
        Self {
            size: size_of::<Self>(),
            message_octets: limits.message_octets,
            domains: limits.domains,
            template_refresh: nanos(limits.template_refresh),
            templates: limits.templates.into(),
            list_depth: limits.list_depth.into(),
            flags: 0,
            reserved: 0,
        }
    }
}

impl netflow_relay_options {
    /// As the relay's limits.
    pub(crate) fn limits(self) -> Result<RelayLimits, Failure> {
        let defaults = Self::default();
        if self.reserved != 0 {
            return Err(Failure::argument("reserved of the relay options"));
        }
        let without_origin = netflow_relay_flag::NETFLOW_RELAY_WITHOUT_ORIGIN as u32;
        if self.flags & !without_origin != 0 {
            return Err(Failure::argument("flags of the relay options"));
        }
        let message_octets = or_default(self.message_octets, defaults.message_octets);
        if message_octets > usize::from(u16::MAX) {
            return Err(Failure::argument("message_octets of the relay options"));
        }
        let templates = u16::try_from(or_default(self.templates, defaults.templates))
            .ok()
            .filter(|count| *count >= 128);
        let templates = templates.ok_or(Failure::argument("templates of the relay options"))?;
        let list_depth = u8::try_from(or_default(self.list_depth, defaults.list_depth))
            .map_err(|_| Failure::argument("list_depth of the relay options"))?;
        Ok(RelayLimits::default()
            .with_message_octets(message_octets)
            .with_domains(or_default(self.domains, defaults.domains))
            .with_templates(templates)
            .with_list_depth(list_depth)
            .with_template_refresh(lifetime(
                or_default(self.template_refresh, defaults.template_refresh),
                "template_refresh of the relay options",
            )?)
            .with_origin(self.flags & without_origin == 0))
    }
}

/// What a relay has sent so far.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_relay_stats {
    /// Messages sent.
    pub messages: u64,
    /// Data records sent, options among them.
    pub records: u64,
    /// Template records sent.
    pub templates: u64,
    /// Records that could not be sent: each is longer than a message, or none of its fields has an element.
    pub refused: u64,
    /// Domains and templates forgotten because a limit was reached.
    pub forgotten: u64,
    /// Messages that were made and not sent, because the callback stopped.
    pub failed: u64,
}

impl From<RelayStats> for netflow_relay_stats {
    fn from(stats: RelayStats) -> Self {
        Self {
            messages: stats.messages,
            records: stats.records,
            templates: stats.templates,
            refused: stats.refused,
            forgotten: stats.forgotten,
            failed: stats.failed,
        }
    }
}

/// Sends messages of any protocol on as IPFIX.
#[derive(Debug)]
pub struct netflow_relay {
    /// In use while the callback runs.
    pub(crate) relay: RefCell<Relay>,
}
