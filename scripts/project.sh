# Sourced by the scripts that need facts of the POMs. The current directory is the root of the project.

property() { # NAME: the first element of this name in pom.xml
  sed -nE "0,/<$1>/s#.*<$1>(.*)</$1>.*#\1#p" pom.xml
}

published_modules() { # the modules with an archive on Maven Central, which are those of the BOM
  sed -n '/<dependencyManagement>/,/<\/dependencyManagement>/s#.*<artifactId>\(.*\)</artifactId>.*#\1#p' signer-bom/pom.xml
}

require_native_parts() { # JAR: it contains the native part of the PKCS#11 wrapper for both architectures
  local machine
  for machine in x86_64 aarch64; do
    jar -tf "$1" | grep -cxF "natives/unix/linux-$machine/release/libpkcs11wrapper.so" >/dev/null ||
      { echo "$1 has no native part of the PKCS#11 wrapper for $machine." >&2; return 1; }
  done
}
