//! The command line of bubblewrap.

use crate::home::Home;
use crate::isolation::Bubblewrap;
use crate::preset::Preset;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Where the agent sees its workspace.
pub(crate) const WORKSPACE: &str = "/workspace";

/// Where its home is.
pub(crate) const HOME: &str = "/home/agent";

/// Programs and libraries.
const SYSTEM: [&str; 8] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix/store",
];

/// Of `/etc` only this: the rest may hold `quarry.toml`, keys, passwords.
const CONFIGURATION: [&str; 17] = [
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/crypto-policies",
    "/etc/gai.conf",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/pki/ca-trust/extracted",
    "/etc/pki/tls/certs",
    "/etc/resolv.conf",
    "/etc/ssl/certs",
];

/// The arguments up to the program, see [`Bubblewrap`] for what they do.
pub(crate) fn arguments(
    settings: &Bubblewrap,
    preset: Option<Preset>,
    workspace: &Path,
    home: &Home,
    hidden: &[PathBuf],
) -> Vec<OsString> {
    let mut line = Line::default();
    line.add("--unshare-user --unshare-pid --unshare-ipc --unshare-uts --unshare-cgroup-try");
    if !settings.network {
        line.add("--unshare-net");
    }
    if !settings
        .nested_namespaces
        .unwrap_or(preset == Some(Preset::Codex))
    {
        line.add("--disable-userns");
    }
    line.add("--die-with-parent --new-session --uid 1000 --gid 1000 --hostname quarry");
    let scratch = settings.scratch_bytes;
    line.add("--proc /proc --dev /dev");
    // These are memory, each of them limited; the root and /dev, which are memory too, cannot be written.
    line.add(&format!(
        "--size {scratch} --tmpfs /dev/shm --remount-ro /dev"
    ));
    line.add(&format!(
        "--size {scratch} --tmpfs /tmp --size {scratch} --tmpfs {HOME}"
    ));
    for file in home.files() {
        line.show("--bind", home.path().join(file), Path::new(HOME).join(file));
    }
    for path in SYSTEM.iter().chain(&CONFIGURATION) {
        line.show("--ro-bind-try", path, path);
    }
    line.show("--ro-bind", home.users(), "/etc/passwd");
    line.show("--ro-bind", home.groups(), "/etc/group");
    for path in settings
        .read_only
        .iter()
        .filter(|path| !lies_in(path, hidden))
    {
        line.show("--ro-bind", path, path);
    }
    let shown = SYSTEM
        .iter()
        .map(Path::new)
        .chain(settings.read_only.iter().map(PathBuf::as_path));
    for place in shown.flat_map(|shown| {
        hidden
            .iter()
            .filter_map(move |hidden| place_in(hidden, shown))
    }) {
        line.add("--size 4096 --tmpfs");
        line.0.push(place.into());
    }
    line.show("--bind", workspace, WORKSPACE);
    line.add(&format!("--remount-ro / --chdir {WORKSPACE}"));
    line.0
}

/// Whether a path lies in one of the directories that are hidden.
fn lies_in(path: &Path, hidden: &[PathBuf]) -> bool {
    let path = resolved(path);
    hidden
        .iter()
        .any(|hidden| path.starts_with(resolved(hidden)))
}

/// Where a hidden directory would be seen in one that is shown.
fn place_in(hidden: &Path, shown: &Path) -> Option<PathBuf> {
    let hidden = hidden.canonicalize().ok()?;
    let below = hidden.strip_prefix(shown.canonicalize().ok()?).ok()?;
    (!below.as_os_str().is_empty()).then(|| shown.join(below))
}

fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

#[derive(Default)]
struct Line(Vec<OsString>);

impl Line {
    /// Words that hold no blanks.
    fn add(&mut self, words: &str) {
        self.0.extend(words.split(' ').map(OsString::from));
    }

    fn show(&mut self, how: &str, from: impl Into<OsString>, at: impl Into<OsString>) {
        self.0.extend([OsString::from(how), from.into(), at.into()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::fs;

    fn text(settings: &Bubblewrap, hidden: &[PathBuf]) -> String {
        let home = Home::new(None, &BTreeMap::new()).unwrap();
        let line = arguments(
            settings,
            None,
            Path::new("/data/workspaces/1"),
            &home,
            hidden,
        );
        line.join(OsString::from(" ").as_os_str())
            .into_string()
            .unwrap()
    }

    #[test]
    fn the_network_is_shared_unless_the_operator_says_no() {
        assert!(!text(&Bubblewrap::default(), &[]).contains("--unshare-net"));
        let alone = Bubblewrap {
            network: false,
            ..Bubblewrap::default()
        };
        assert!(text(&alone, &[]).contains("--unshare-net"));
    }

    #[test]
    fn a_hidden_directory_below_a_shown_one_is_covered_and_what_lies_in_it_is_not_shown() {
        let place = tempfile::tempdir().unwrap();
        let place = place.path().canonicalize().unwrap();
        let (tools, data, inside) = (
            place.join("tools"),
            place.join("tools/data"),
            place.join("tools/data/x"),
        );
        fs::create_dir_all(&inside).unwrap();
        let settings = Bubblewrap {
            read_only: vec![tools.clone(), inside.clone()],
            ..Bubblewrap::default()
        };
        let line = text(&settings, std::slice::from_ref(&data));
        assert!(
            line.contains(&format!("--ro-bind {0} {0}", tools.display())),
            "{line}"
        );
        assert!(
            line.contains(&format!("--tmpfs {}", data.display())),
            "{line}"
        );
        assert!(
            !line.contains(&format!("--ro-bind {}", inside.display())),
            "{line}"
        );
    }
}
