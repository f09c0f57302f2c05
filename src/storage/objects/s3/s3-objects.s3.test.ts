import { describeObjectStoreContract } from '../../../../test/contracts/object-store.ts'
import { openS3Store } from '../../../../test/support/s3-store.ts'

describeObjectStoreContract('S3', () => openS3Store())
