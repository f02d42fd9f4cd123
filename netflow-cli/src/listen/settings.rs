//! What the options ask for, checked.

#[cfg(feature = "http")]
use alloc::sync::Arc;
#[cfg(feature = "http")]
use core::net::SocketAddr;
use core::time::Duration;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::ArgMatches;
use netflow_core::{Decoder, Limits, SessionScope};
#[cfg(feature = "tls")]
use netflow_io::live::{ClientCertificates, TlsOptions};
use netflow_io::live::{Listener, ListenerTransport, LiveOptions, Protocols};
#[cfg(feature = "http")]
use netflow_output::sink::Credentials;
use netflow_output::sink::Outputs;

use super::forward::ForwardOptions;
#[cfg(feature = "kafka")]
use super::kafka::KafkaPlan;
#[cfg(feature = "http")]
use super::outputs::credentials;
use super::outputs::{self, OutputPlan};
use super::scoped::{Scope, scopes};
#[cfg(feature = "http")]
use crate::addresses::KnownAddresses;
use crate::args::listen::{Listen, ProtocolName, Sources, all_addresses};
use crate::args::{DialectArgs, Exporters, KeyFile};

/// The UDP ports without arguments: NetFlow, IPFIX and sFlow.
const UDP_PORTS: [u16; 3] = [2055, 4739, 6343];
/// The TCP port without arguments: IPFIX.
const TCP_PORT: u16 = 4739;

/// Everything that a collector is started with.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) check: bool,
    pub(super) live: LiveOptions,
    /// The topic that datagrams are read from, if there is one.
    #[cfg(feature = "kafka")]
    pub(super) kafka: Option<KafkaPlan>,
    /// The settings that can only be changed by a restart, as text.
    pub(super) fixed: String,
    pub(super) outputs: Vec<OutputPlan>,
    pub(super) exporters: Exporters,
    /// How documents are written, and what is added to them.
    pub(super) dialect: DialectArgs,
    /// What replaces addresses.
    pub(super) anonymise: Option<KeyFile>,
    pub(super) limits: Limits,
    pub(super) scope: SessionScope,
    pub(super) state: Option<PathBuf>,
    pub(super) state_interval: Duration,
    pub(super) forward: ForwardOptions,
    pub(super) drain: Duration,
    pub(super) quiet: bool,
    #[cfg(feature = "http")]
    pub(super) http: Vec<SocketAddr>,
    #[cfg(feature = "http")]
    pub(super) metrics: Vec<SocketAddr>,
    #[cfg(feature = "http")]
    pub(super) ui: UiSettings,
}

/// The report that the collector serves.
#[cfg(feature = "http")]
#[derive(Debug)]
pub(super) struct UiSettings {
    /// What a client has to know.
    pub(super) token: Option<Credentials>,
    /// Octets for the groups of all workers.
    pub(super) memory: usize,
    pub(super) addresses: Arc<KnownAddresses>,
}

#[cfg(feature = "http")]
impl UiSettings {
    /// Memory for groups, unless something else is asked for.
    const MEMORY: usize = 64 << 20;

    fn new(listen: &Listen) -> Result<Self, String> {
        let token = listen.ui_token.as_ref();
        let token = token
            .map(|from| credentials("--ui-token", from))
            .transpose()?;
        // The report names who talks to whom.
        let mut addresses = listen.http.iter();
        let public = addresses.find(|address| !address.ip().to_canonical().is_loopback());
        if let (Some(address), None) = (public, &token) {
            return Err(format!(
                "--http {address} would show the traffic to everyone who can reach it: add --ui-token, or use \
                 --metrics, which has no report"
            ));
        }
        let dialect = listen.dialect.options();
        Ok(Self {
            token,
            memory: listen.ui_memory.map_or(Self::MEMORY, |octets| octets.0),
            addresses: Arc::new(KnownAddresses::new(
                dialect.enrichment,
                dialect.internal_networks,
            )),
        })
    }
}

/// What decoders are made with.
#[derive(Debug, Clone)]
pub(super) struct DecoderPlan {
    limits: Limits,
    scope: SessionScope,
    exporters: Exporters,
    anonymise: Option<KeyFile>,
}

impl DecoderPlan {
    /// A decoder that is one of this number in its worker.
    pub(super) fn decoder(&self, share: usize) -> Decoder {
        let octets = self.limits.state_octets;
        let limits = self
            .limits
            .with_state_octets(octets.checked_div(share).unwrap_or(octets));
        let decoder = Decoder::new(limits).with_scope(self.scope);
        let decoder = self.exporters.apply(decoder);
        match &self.anonymise {
            Some(key) => decoder.with_rewrite(key.anonymiser.clone()),
            None => decoder,
        }
    }

    #[cfg(feature = "kafka")]
    pub(super) fn set_exporters(&mut self, exporters: &Exporters) {
        self.exporters = exporters.clone();
    }
}

impl Settings {
    /// Checks what the options say together. An error is a sentence.
    pub(super) fn new(listen: Listen, matches: &ArgMatches) -> Result<Self, String> {
        let fixed = fixed(&listen);
        let live = live(&listen.sources, matches)?;
        #[cfg(feature = "kafka")]
        let kafka = kafka(&listen)?;
        let outputs = outputs::plans(matches, &listen.dialect)?;
        let limits = limits(&listen, live.workers);
        #[cfg(feature = "http")]
        let ui = UiSettings::new(&listen)?;
        for plan in &outputs {
            Outputs::check(&plan.config(&limits)).map_err(|error| error.to_string())?;
        }
        Ok(Self {
            check: listen.check,
            live,
            #[cfg(feature = "kafka")]
            kafka,
            fixed,
            outputs,
            limits,
            exporters: listen.exporters,
            dialect: listen.dialect,
            anonymise: listen.anonymise,
            scope: if listen.by_port {
                SessionScope::Transport
            } else {
                SessionScope::Exporter
            },
            state: listen.state,
            state_interval: listen
                .state_interval
                .map_or(Duration::from_secs(60), |span| span.0),
            forward: ForwardOptions {
                to: listen.forward,
                keeps_source: listen.forward_spoof,
            },
            drain: listen
                .drain_timeout
                .map_or(Duration::from_secs(10), |span| span.0),
            quiet: listen.quiet,
            #[cfg(feature = "http")]
            ui,
            #[cfg(feature = "http")]
            http: listen.http,
            #[cfg(feature = "http")]
            metrics: listen.metrics,
        })
    }

    /// Goes on with the names and databases of settings that were in force before.
    pub(super) fn continue_from(&mut self, before: &Self) {
        self.dialect.continue_from(&before.dialect);
        for output in &mut self.outputs {
            output.set_dialect(&self.dialect);
        }
    }

    /// What decoders are made with.
    pub(super) fn decoders(&self) -> DecoderPlan {
        DecoderPlan {
            limits: self.limits,
            scope: self.scope,
            exporters: self.exporters.clone(),
            anonymise: self.anonymise.clone(),
        }
    }

    /// Whether rows go to a terminal, where nothing else should be written between them.
    pub(super) fn rows_on_terminal(&self) -> bool {
        self.outputs.iter().any(OutputPlan::is_stdout) && io::stdout().is_terminal()
    }

    /// A summary of the settings, for `--check`.
    pub(super) fn summary(&self) -> String {
        let mut text = String::from("the options are valid\n");
        for listener in &self.live.listeners {
            text += &format!(
                "listen on {} {}\n",
                listener.transport.name(),
                listener.address
            );
        }
        #[cfg(feature = "kafka")]
        if let Some(kafka) = &self.kafka {
            text += &format!("read from {kafka}\n");
        }
        for output in &self.outputs {
            text += &format!("write to {output}\n");
        }
        text.pop();
        text
    }
}

/// The settings that cannot change while a collector runs, as text to be compared.
fn fixed(listen: &Listen) -> String {
    let Listen {
        sources,
        template_timeout,
        by_port,
        state_memory,
        state,
        state_interval,
        forward,
        forward_spoof,
        drain_timeout,
        quiet,
        ..
    } = listen;
    let mut text =
        format!("{sources:?} {template_timeout:?} {by_port} {state_memory:?} {state:?} ");
    text += &format!("{state_interval:?} {forward:?} {forward_spoof} {drain_timeout:?} {quiet}");
    #[cfg(feature = "http")]
    {
        text += &format!("{:?} {:?} ", listen.http, listen.metrics);
        text += &format!("{:?} {:?}", listen.ui_token, listen.ui_memory);
    }
    text
}

fn limits(listen: &Listen, workers: usize) -> Limits {
    let mut limits = Limits::default();
    if let Some(span) = listen.template_timeout {
        limits = limits.with_template_lifetime(Some(span.0).filter(|span| !span.is_zero()));
    }
    let all = listen
        .state_memory
        .map_or(limits.state_octets, |octets| octets.0);
    // The budget is that of all workers.
    limits.with_state_octets(all.checked_div(workers).unwrap_or(all))
}

fn live(sources: &Sources, matches: &ArgMatches) -> Result<LiveOptions, String> {
    let mut options = LiveOptions::new();
    options.listeners = listeners(sources, matches)?;
    options.allowed = sources.allow.clone();
    options.without_steering = sources.no_steering;
    if let Some(workers) = sources.workers {
        options.workers = workers.into();
    }
    if let Some(octets) = sources.read_buffer {
        options.read_buffer = octets.0;
    }
    if let Some(octets) = sources.max_message {
        options.max_message = octets.0;
    }
    if let Some(span) = sources.read_timeout {
        options.read_timeout = span.0;
    }
    if let Some(count) = sources.max_connections {
        options.connections = count;
    }
    if let Some(count) = sources.max_connections_by_address {
        options.connections_by_address = count;
    }
    if let Some(count) = sources.queue {
        options.queue = count;
    }
    Ok(options)
}

/// The listeners, each with the protocols that it accepts.
fn listeners(sources: &Sources, matches: &ArgMatches) -> Result<Vec<Listener>, String> {
    #[cfg(feature = "tls")]
    let options = ["udp", "tcp", "tls"];
    #[cfg(not(feature = "tls"))]
    let options = ["udp", "tcp"];
    let mut listeners = Vec::new();
    for (option, value, scope) in scopes(matches, &options) {
        let (transport, addresses) = match option {
            0 => (ListenerTransport::Udp, &sources.udp),
            1 => (ListenerTransport::Tcp, &sources.tcp),
            #[cfg(feature = "tls")]
            _ => (ListenerTransport::Tls(tls(sources)?), &sources.tls),
            #[cfg(not(feature = "tls"))]
            _ => continue,
        };
        if let Some(address) = addresses.get(value) {
            let listener = Listener::new(transport, *address);
            listeners.push(listener.with_protocols(protocols(matches, scope)));
        }
    }
    #[cfg(feature = "kafka")]
    let is_elsewhere = sources.kafka.kafka.is_some();
    #[cfg(not(feature = "kafka"))]
    let is_elsewhere = false;
    if listeners.is_empty() && !is_elsewhere {
        let protocols = protocols(matches, Scope::ALL);
        let listen = |transport, port| {
            Listener::new(transport, all_addresses(port)).with_protocols(protocols)
        };
        listeners.extend(UDP_PORTS.map(|port| listen(ListenerTransport::Udp, port)));
        listeners.push(listen(ListenerTransport::Tcp, TCP_PORT));
    }
    Ok(listeners)
}

/// The topic that datagrams are read from.
#[cfg(feature = "kafka")]
fn kafka(listen: &Listen) -> Result<Option<KafkaPlan>, String> {
    if listen.sources.kafka.kafka.is_none()
        && listen.state.is_none()
        && listen.state_interval.is_some()
    {
        return Err("--state-interval needs --state or --kafka".to_owned());
    }
    KafkaPlan::new(&listen.sources.kafka)
}

fn protocols(matches: &ArgMatches, scope: Scope) -> Protocols {
    let names: Vec<ProtocolName> = scope.all(matches, "protocol");
    if names.is_empty() {
        return Protocols::ALL;
    }
    names.into_iter().map(Into::into).collect()
}

#[cfg(feature = "tls")]
fn tls(sources: &Sources) -> Result<TlsOptions, String> {
    use crate::args::listen::TlsClients;

    let clients = match (&sources.tls_client_ca, sources.tls_clients) {
        (None, _) => ClientCertificates::None,
        (Some(path), Some(TlsClients::Optional)) => ClientCertificates::Optional(path.clone()),
        (Some(path), _) => ClientCertificates::Required(path.clone()),
    };
    let (Some(certificate), Some(key)) = (&sources.tls_certificate, &sources.tls_key) else {
        return Err("--tls needs --tls-certificate and --tls-key".to_owned());
    };
    TlsOptions::from_files(certificate, key, &clients).map_err(|error| error.to_string())
}
