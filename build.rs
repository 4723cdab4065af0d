//! Embeds the rules: writes a list of all files under `rules/`, so that adding a rule is adding a file.
//!
//! Each file is embedded twice: as it stands, for its examples and for what is to be shown of it, and as JSON without
//! the examples, which a check reads several times faster than YAML.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=rules");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = Vec::new();
    collect(&root.join("rules"), &mut files)?;
    files.sort();
    let mut list = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        let yaml = fs::read_to_string(file)?;
        let mut content: serde_json::Value = serde_yaml::from_str(&yaml)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, format!("{name}: {error}")))?;
        if let Some(examples) = content.get_mut("examples") {
            *examples = serde_json::Value::Object(serde_json::Map::new());
        }
        let _ = writeln!(list, "    ({name:?}, {yaml:?}, {:?}),", content.to_string());
    }
    list.push_str("]\n");
    fs::write(Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("rules.rs"), list)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
    Ok(())
}
