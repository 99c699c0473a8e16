//! A folder is one content: published, compared, read file by file, and written back.

use std::{fs, path::Path};

use sternway::{ArtifactHandle, store::Limit, types::Preset};
use sternway_tests::faults::Told;

use super::{
    tale::{SECOND, Tale},
    words::Said as _,
};

super::on_every_store!();

async fn tell(tale: &mut Tale) -> Told<()> {
    let place = tempfile::tempdir()?;
    let folder = place.path().join("search");
    let search = tale.sw.artifact("tools/search");
    tale.judge_by("namespace", Preset::Immediate).await?;
    published(tale, &search, &folder).await?;
    read(tale, &search, &place.path().join("copy")).await?;
    taken_back(tale, &search).await?;
    tale.chapter("A folder in which nothing is");
    fs::create_dir(place.path().join("empty"))?;
    // The words name the place, which is another one each time.
    let empty = search.publish_dir(place.path().join("empty")).await;
    let code = empty.expect_err("there is nothing to publish").code();
    tale.say(format_args!("alice publishes it: [{code}]"));
    Ok(())
}

fn write(folder: &Path, files: &[(&str, &str)]) -> Told<()> {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().ok_or("a folder")?)?;
        fs::write(path, text)?;
    }
    Ok(())
}

async fn published(tale: &mut Tale, search: &ArtifactHandle, folder: &Path) -> Told<()> {
    tale.chapter("A folder is published, and again when one of its files changed");
    let data = "a line that is there often\n".repeat(4000);
    write(
        folder,
        &[
            ("search.py", "from lib import find\nprint(find())\n"),
            ("lib/find.py", "def find():\n    return 1\n"),
            ("lib/__init__.py", ""),
            ("data/lines.txt", &data),
            ("notes.md", "left out\n"),
            (".sternwayignore", "notes.md\n"),
        ],
    )?;
    tale.hear("alice publishes", &search.publish_dir(folder).reason("first version").await);
    tale.hear("alice publishes the same again", &search.publish_dir(folder).await);
    write(
        folder,
        &[("lib/find.py", "def find():\n    return 1 / 0\n"), ("lib/more.py", "MORE = 1\n")],
    )?;
    tale.hear("alice publishes", &search.publish_dir(folder).promote().await);
    Ok(())
}

async fn read(tale: &mut Tale, search: &ArtifactHandle, copy: &Path) -> Told<()> {
    tale.chapter("What is live is read file by file, and written to another place");
    let live = search.live().await?;
    for (path, file) in live.tree()?.files() {
        tale.say(format_args!("{path}: {} bytes, {}", file.size, file.digest));
    }
    for path in ["lib/find.py", "lib/__init__.py", "lib", "notes.md", "../secret"] {
        let text = live.file(path).await.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        tale.hear(path, &text);
    }
    live.write_to(copy).await?;
    let text = fs::read_to_string(copy.join("lib/find.py"))?;
    tale.say(format_args!("in the copy: {text:?}"));
    let greeting = tale.sw.artifact("prompts/greeting");
    tale.hear("alice publishes a text", &greeting.publish("Hello!").await);
    let tree = greeting.live().await?.tree().map(|tree| tree.files().count().to_string());
    tale.hear("which is no folder", &tree);
    Ok(())
}

async fn taken_back(tale: &mut Tale, search: &ArtifactHandle) -> Told<()> {
    tale.chapter("A folder that fails goes back like anything else");
    let live = search.live().await?;
    tale.run(&live, "TT", SECOND).await?;
    let live = search.live().await?;
    let text =
        live.file("lib/find.py").await.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    tale.hear("lib/find.py", &text);
    let versions = search.history(None, Limit::MAX).await?;
    for version in &versions {
        tale.say(version.said());
    }
    Ok(())
}
