//! The options of a decoder.

mod definition;
mod exporters;
mod lists;

use core::ptr;
use core::time::Duration;

use netflow_core::element::Definitions;
use netflow_core::{Decoder, Limits, OptionsScope, SessionScope};

pub use self::definition::netflow_definition;
pub use self::exporters::{netflow_counters, netflow_rate, netflow_second_counters};
pub(crate) use self::lists::{OptionLists, option_lists};
use crate::pointer::FromOctets;
use crate::result::Failure;

/// A lifetime that never ends; the header calls it `NETFLOW_NEVER`.
const NEVER: i64 = -1;

/// What a template belongs to, besides observation domain and protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_scope {
    /// The exporter's address: exporters that send over equal-cost paths change their UDP
    /// source port.
    NETFLOW_SCOPE_EXPORTER = 0,
    /// The exporter's address and port (RFC 7011, section 2), for several that share one
    /// address.
    NETFLOW_SCOPE_TRANSPORT = 1,
}

/// The observation domains that share the sampling rates and names that options announce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_options_scope {
    /// Options apply to the observation domain that sends them.
    NETFLOW_OPTIONS_SCOPE_DOMAIN = 0,
    /// Rates and names that the flow's own domain does not announce come from the exporter's other
    /// domains, as long as those agree.
    NETFLOW_OPTIONS_SCOPE_EXPORTER = 1,
}

/// Bits of `netflow_options.flags`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_flag {
    /// Biflows are two flows: each is followed by its reverse direction (RFC 5103).
    NETFLOW_FLAG_SPLIT_BIFLOWS = 1,
    /// Packets that sFlow discarded are flows too, with their `drop_reason`.
    NETFLOW_FLAG_WITH_DISCARDED = 2,
}

/// The options of a decoder. A number that is 0 stands for its default, which
/// `netflow_options_init` fills in.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_options {
    /// `sizeof(netflow_options)`.
    pub size: usize,
    /// The fields to fill in flows, see `NETFLOW_ADD`; none means all, which is the
    /// default. Fields that are not selected cost nothing.
    pub fields: [u64; 2],
    /// Bits of `netflow_flag`.
    pub flags: u32,
    /// A `netflow_scope`.
    pub scope: u32,
    /// Octets of memory for the state of all exporters. When they are used up, the
    /// observation domains that have been silent for longest are forgotten. Default 64 MiB.
    pub state_octets: usize,
    /// Octets of these for one observation domain. Default 8 MiB.
    pub domain_octets: usize,
    /// Octets of these for data of one domain that waits for its template. Default 1 MiB.
    pub waiting_octets: usize,
    /// Nanoseconds after which waiting data is discarded, or NETFLOW_NEVER. Default 30 minutes.
    pub waiting_lifetime: i64,
    /// Nanoseconds after which a template that was received over UDP and was not sent
    /// again is forgotten, or NETFLOW_NEVER, which suits files. Default 30 minutes.
    pub template_lifetime: i64,
    /// Maximum templates per observation domain. Default 4096.
    pub templates: usize,
    /// Maximum templates that the lists of one set refer to. Default 64.
    pub list_templates: usize,
    /// Maximum fields per template, at most 65535. Default 4096.
    pub template_fields: u32,
    /// Maximum nesting of lists (RFC 6313) that are checked, at most 255; each level takes a kilobyte
    /// of stack. Lists nested deeper are a problem. Default 4.
    pub list_depth: u32,
    /// Key of the hash tables, which must be unknown to the senders of datagrams. Default: a random
    /// one.
    pub hash_seed: u64,
    /// Elements that the registries do not know; copied.
    pub definitions: *const netflow_definition,
    /// The number of definitions.
    pub definition_count: usize,
    /// Sampling rates for exporters that announce none; copied.
    pub rates: *const netflow_rate,
    /// The number of rates.
    pub rate_count: usize,
    /// Sampling rates that replace those that exporters announce; copied.
    pub override_rates: *const netflow_rate,
    /// The number of override rates.
    pub override_rate_count: usize,
    /// A `netflow_options_scope`.
    pub options_scope: u32,
    /// Must be 0.
    pub reserved: u32,
    /// What elements 23 and 24 count, by exporter; takes precedence over what records show; copied.
    pub counters: *const netflow_counters,
    /// The number of them.
    pub counters_count: usize,
    /// Common properties (RFC 5473) of one observation domain. Default 65,536.
    pub common_properties: usize,
    /// Octets of the data records of one datagram together with their common properties; a
    /// record beyond them is returned without. Default 1 MiB.
    pub joined_octets: usize,
}

// SAFETY: its members are numbers and raw pointers.
unsafe impl FromOctets for netflow_options {}

/// A decoder made by options, and these options with every default filled in.
pub(crate) struct Settings {
    pub(crate) decoder: Decoder,
    pub(crate) options: netflow_options,
    pub(crate) definitions: Definitions,
}

impl Default for netflow_options {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            size: size_of::<Self>(),
            fields: [u64::MAX; 2],
            flags: 0,
            scope: netflow_scope::NETFLOW_SCOPE_EXPORTER as u32,
            state_octets: limits.state_octets,
            domain_octets: limits.domain_octets,
            waiting_octets: limits.waiting_octets,
            waiting_lifetime: nanos(limits.waiting_lifetime),
            template_lifetime: nanos(limits.template_lifetime),
            templates: limits.templates,
            list_templates: limits.list_templates,
            template_fields: limits.template_fields.into(),
            list_depth: limits.list_depth.into(),
            hash_seed: limits.hash_seed,
            definitions: ptr::null(),
            definition_count: 0,
            rates: ptr::null(),
            rate_count: 0,
            override_rates: ptr::null(),
            override_rate_count: 0,
            options_scope: netflow_options_scope::NETFLOW_OPTIONS_SCOPE_DOMAIN as u32,
            reserved: 0,
            counters: ptr::null(),
            counters_count: 0,
            common_properties: limits.common_properties,
            joined_octets: limits.joined_octets,
        }
    }
}

impl netflow_options {
    pub(crate) const fn splits_biflows(&self) -> bool {
        self.flags & netflow_flag::NETFLOW_FLAG_SPLIT_BIFLOWS as u32 != 0
    }

    pub(crate) const fn with_discarded(&self) -> bool {
        self.flags & netflow_flag::NETFLOW_FLAG_WITH_DISCARDED as u32 != 0
    }

    /// Makes a decoder of these options.
    pub(crate) fn settings(mut self, lists: OptionLists) -> Result<Settings, Failure> {
        let known = netflow_flag::NETFLOW_FLAG_SPLIT_BIFLOWS as u32
            | netflow_flag::NETFLOW_FLAG_WITH_DISCARDED as u32;
        if self.flags & !known != 0 {
            return Err(Failure::argument("flags of the options"));
        }
        let scope = match self.scope {
            0 => SessionScope::Exporter,
            1 => SessionScope::Transport,
            _ => return Err(Failure::argument("scope of the options")),
        };
        let options_scope = match self.options_scope {
            0 => OptionsScope::Domain,
            1 => OptionsScope::Exporter,
            _ => return Err(Failure::argument("options_scope of the options")),
        };
        if self.reserved != 0 {
            return Err(Failure::argument("reserved of the options"));
        }
        self.fill();
        let template_fields = u16::try_from(self.template_fields)
            .map_err(|_| Failure::argument("template_fields of the options"))?;
        let list_depth = u8::try_from(self.list_depth)
            .map_err(|_| Failure::argument("list_depth of the options"))?;
        let limits = Limits::new(self.hash_seed)
            .with_state_octets(self.state_octets)
            .with_domain_octets(self.domain_octets)
            .with_waiting_octets(self.waiting_octets)
            .with_waiting_lifetime(lifetime(
                self.waiting_lifetime,
                "waiting_lifetime of the options",
            )?)
            .with_template_lifetime(lifetime(
                self.template_lifetime,
                "template_lifetime of the options",
            )?)
            .with_templates(self.templates)
            .with_list_templates(self.list_templates)
            .with_common_properties(self.common_properties)
            .with_joined_octets(self.joined_octets)
            .with_template_fields(template_fields)
            .with_list_depth(list_depth);
        let decoder = Decoder::new(limits)
            .with_scope(scope)
            .with_definitions(lists.definitions.clone())
            .with_configured_rates(lists.rates)
            .with_override_rates(lists.override_rates)
            .with_options_scope(options_scope)
            .with_configured_counters(lists.counters);
        self.size = size_of::<Self>();
        // The caller may free what they point to.
        (self.definitions, self.definition_count) = (ptr::null(), 0);
        (self.rates, self.rate_count) = (ptr::null(), 0);
        (self.override_rates, self.override_rate_count) = (ptr::null(), 0);
        (self.counters, self.counters_count) = (ptr::null(), 0);
        Ok(Settings {
            decoder,
            options: self,
            definitions: lists.definitions,
        })
    }

    /// Fills in the defaults of numbers that are 0.
    fn fill(&mut self) {
        let defaults = Self::default();
        self.fields = or_default(self.fields, defaults.fields);
        for (number, default) in [
            (&mut self.state_octets, defaults.state_octets),
            (&mut self.domain_octets, defaults.domain_octets),
            (&mut self.waiting_octets, defaults.waiting_octets),
            (&mut self.templates, defaults.templates),
            (&mut self.list_templates, defaults.list_templates),
            (&mut self.common_properties, defaults.common_properties),
            (&mut self.joined_octets, defaults.joined_octets),
        ] {
            *number = or_default(*number, default);
        }
        for (number, default) in [
            (&mut self.waiting_lifetime, defaults.waiting_lifetime),
            (&mut self.template_lifetime, defaults.template_lifetime),
        ] {
            *number = or_default(*number, default);
        }
        for (number, default) in [
            (&mut self.template_fields, defaults.template_fields),
            (&mut self.list_depth, defaults.list_depth),
        ] {
            *number = or_default(*number, default);
        }
        self.hash_seed = or_default(self.hash_seed, defaults.hash_seed);
    }
}

/// The number, or the default if it is 0.
pub(crate) fn or_default<T: Default + PartialEq>(number: T, default: T) -> T {
    if number == T::default() {
        default
    } else {
        number
    }
}

pub(crate) fn lifetime(nanos: i64, what: &'static str) -> Result<Option<Duration>, Failure> {
    match u64::try_from(nanos) {
        Ok(nanos) => Ok(Some(Duration::from_nanos(nanos))),
        Err(_) if nanos == NEVER => Ok(None),
        Err(_) => Err(Failure::argument(what)),
    }
}

/// The reverse of [`lifetime`].
pub(crate) fn nanos(lifetime: Option<Duration>) -> i64 {
    lifetime.map_or(NEVER, |lifetime| {
        i64::try_from(lifetime.as_nanos()).unwrap_or(i64::MAX)
    })
}
