"""Certificate authorities and certificates for tests, as an administrator makes them by openssl."""

import os
import subprocess

NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


class Authority:
    """Its certificate is FOLDER/NAME.pem."""

    def __init__(self, folder, name):
        self.folder, self.path, self.key = folder, f"{folder}/{name}.pem", f"{folder}/{name}.key"
        os.makedirs(folder, exist_ok=True)
        openssl("req", "-x509", *NEW_KEY, "-subj", f"/CN={name}", "-days", "2", "-keyout", self.key,
                "-out", self.path)

    def issue(self, file, name, alternative_names="", days=1):
        """A certificate with its key in one file, as HAProxy's `crt` wants it, which replaces what
        was there at once. With negative days it has expired."""
        path = f"{self.folder}/{file}"
        names = alternative_names or f"DNS:{name}"
        openssl("req", "-new", *NEW_KEY, "-subj", f"/CN={name}", "-keyout", f"{path}.key",
                "-out", f"{path}.csr", "-addext", f"subjectAltName={names}")
        openssl("x509", "-req", "-in", f"{path}.csr", "-CA", self.path, "-CAkey", self.key,
                "-CAcreateserial", "-days", str(days), "-copy_extensions", "copy",
                "-out", f"{path}.crt")
        with open(f"{path}~", "w", encoding="ascii") as both:
            for part in ("crt", "key"):
                with open(f"{path}.{part}", encoding="ascii") as one:
                    both.write(one.read())
            os.fchmod(both.fileno(), 0o600)
        os.rename(f"{path}~", path)
        return path
