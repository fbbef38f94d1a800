package com.aliyun.jindodata.oss;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.DelegateToFileSystem;

/** The same for Hadoop's other interface, which streaming checkpoints use. */
public class JindoOSS extends DelegateToFileSystem {
    public JindoOSS(URI uri, Configuration conf) throws IOException, URISyntaxException {
        super(uri, new JindoOssFileSystem(), conf, "oss", false);
    }

    @Override
    public int getUriDefaultPort() {
        return -1;
    }
}
