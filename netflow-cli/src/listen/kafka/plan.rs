//! What the options say about the topic that datagrams are read from.

use core::fmt;
use std::fs::File;
use std::io;

use netflow_io::kafka::KafkaOptions;
use netflow_output::sink::{Destination, KafkaAddress, KafkaConfig, PeerConfig};

use crate::args::listen::KafkaArgs;
use crate::listen::outputs::credentials;

/// The topic that datagrams are read from, checked.
#[derive(Debug, Clone)]
pub(in crate::listen) struct KafkaPlan {
    address: KafkaAddress,
    group: String,
    config: KafkaConfig,
    peer: PeerConfig,
}

impl KafkaPlan {
    /// The topic of these options, if they name one. An error is a sentence.
    pub(in crate::listen) fn new(args: &KafkaArgs) -> Result<Option<Self>, String> {
        let (Some(address), Some(group)) = (&args.kafka, &args.group) else {
            return Ok(None);
        };
        let parsed: Result<Destination, _> = address.parse();
        let parsed = parsed.map_err(|error| format!("--kafka {error}"))?;
        let Destination::Kafka(address) = parsed else {
            return Err("--kafka takes kafka://BROKER/TOPIC or kafka+tls://".to_owned());
        };
        let mut config = KafkaConfig::default();
        let from = args.group_credentials.as_deref();
        config.credentials = from
            .map(|from| credentials("--group-credentials", from))
            .transpose()?;
        for setting in &args.group_setting {
            KafkaOptions::check_setting(&setting.0).map_err(|error| error.to_string())?;
            config.settings.push((setting.0.clone(), setting.1.clone()));
        }
        for file in [&args.group_ca, &args.group_certificate, &args.group_key] {
            // The client would find out later, and say so again and again.
            if let Some((path, Err(error))) = file.as_ref().map(|path| (path, File::open(path))) {
                return Err(format!("{} cannot be read: {error}", path.display()));
            }
        }
        let mut peer = PeerConfig::default();
        peer.tls.ca.clone_from(&args.group_ca);
        peer.tls.client = args.group_certificate.clone().zip(args.group_key.clone());
        let plan = Self {
            address,
            group: group.clone(),
            config,
            peer,
        };
        let settings = plan.config.client_settings(&plan.address, &plan.peer);
        let settings = settings.map_err(|error| error.to_string())?;
        let options = KafkaOptions::new(&plan.address.topic, &plan.group, settings);
        options.check().map_err(|error| error.to_string())?;
        Ok(Some(plan))
    }

    /// The options of a member of the group, with the credentials as they are now.
    pub(super) fn options(&self) -> io::Result<KafkaOptions> {
        let mut settings = self.config.client_settings(&self.address, &self.peer)?;
        settings.extend(self.config.secret_settings()?);
        Ok(KafkaOptions::new(
            &self.address.topic,
            &self.group,
            settings,
        ))
    }
}

/// `kafka://broker:9092/datagrams as the group netflow`.
impl fmt::Display for KafkaPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as the group {}", self.address, self.group)
    }
}
