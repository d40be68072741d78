//! Ports that nobody else has, for the SP of this run and for its IdP.

use std::{
    fs::{self, File, TryLockError},
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener},
    path::PathBuf,
};

/// Below the ports that systems give to connections that go out, so that none of these is taken in passing.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// A port that is kept from every other run on this machine as long as this lives, whether or not somebody listens there.
#[derive(Debug)]
pub struct FreePort {
    /// Its number.
    pub number: u16,
    /// Locked; it goes with this.
    _lock: File,
    at: PathBuf,
}

impl FreePort {
    /// One at which nobody listens, on this address; for a loopback address on both of them.
    ///
    /// # Errors
    /// None is free, or nothing can be written to the system's folder for temporary files.
    pub fn claim(ip: IpAddr) -> Result<Self, String> {
        let folder = std::env::temp_dir().join("samlitmus-ports");
        let cannot = |why: io::Error| format!("no port can be kept in {}: {why}", folder.display());
        fs::create_dir_all(&folder).map_err(cannot)?;
        // Other processes begin elsewhere; the lock is what decides.
        let begin = std::process::id() % u32::from(COUNT);
        for step in 0..u32::from(COUNT) {
            let offset = u16::try_from((begin + step * 7) % u32::from(COUNT)).unwrap_or_default();
            let number = FIRST + offset;
            if !is_free(ip, number) {
                continue;
            }
            let at = folder.join(number.to_string());
            let Some(lock) = locked(&at).map_err(cannot)? else {
                continue;
            };
            // Whoever had it a moment ago may listen there by now.
            if is_free(ip, number) {
                return Ok(Self {
                    number,
                    _lock: lock,
                    at,
                });
            }
        }
        Err(format!("no port of {ip} is free: end what listens there"))
    }
}

impl Drop for FreePort {
    fn drop(&mut self) {
        // Still locked: nobody takes a file over that goes.
        let _ = fs::remove_file(&self.at);
    }
}

/// The file, locked; none where another run has it.
fn locked(at: &std::path::Path) -> io::Result<Option<File>> {
    let mut options = File::options();
    let file = match options.create(true).truncate(false).write(true).open(at) {
        Ok(file) => file,
        // Another user's.
        Err(why) if why.kind() == io::ErrorKind::PermissionDenied => return Ok(None),
        Err(why) => return Err(why),
    };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => return Ok(None),
        // Not every file system has locks; then the port's being free must do.
        Ok(()) | Err(TryLockError::Error(_)) => {}
    }
    // One that was removed in between is no lock of anything.
    Ok(at.exists().then_some(file))
}

fn is_free(ip: IpAddr, port: u16) -> bool {
    let free = |ip: IpAddr| match TcpListener::bind((ip, port)) {
        Ok(_) => true,
        Err(why) => why.kind() != io::ErrorKind::AddrInUse,
    };
    match ip {
        ip if ip.is_loopback() => {
            free(IpAddr::V4(Ipv4Addr::LOCALHOST)) && free(IpAddr::V6(Ipv6Addr::LOCALHOST))
        }
        ip => free(ip),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_have_one_port_and_nobody_listens_there() {
        let ip = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let ports: Vec<FreePort> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..8)
                .map(|_| scope.spawn(move || FreePort::claim(ip).unwrap()))
                .collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let numbers: BTreeSet<u16> = ports.iter().map(|port| port.number).collect();
        assert_eq!(numbers.len(), ports.len());
        let first = &ports[0];
        TcpListener::bind((ip, first.number)).unwrap();
        assert!(first.at.exists());
        let at = first.at.clone();
        drop(ports);
        assert!(!at.exists());
    }
}
